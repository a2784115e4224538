/** What lies over the points: names of clusters, rings, outlines of the others, spokes, axes, and the area being drawn. */
import type { JSX } from 'solid-js'
import { createMemo, Show, untrack } from 'solid-js'
import type { Box, PlacedLabel } from '#web/marks/points/labels.ts'
import { boxAround } from '#web/marks/points/labels.ts'
import type { Point } from '#web/marks/points/view-transform.ts'
import { toScreen } from '#web/marks/points/view-transform.ts'
import { For } from '#web/solid.ts'
import { Axes } from './axes.tsx'
import type { Shape } from './gestures.ts'
import { brushRadius } from './gestures.ts'
import type { PlotModel } from './model.ts'
import { placeNames, spotsOf } from './names.ts'
import type { OtherMarks } from './other-marks.tsx'
import { createOtherMarks, OpenRings, OtherOutlines, OtherTags } from './other-marks.tsx'
import { neighboursOf } from './plot-keys.ts'
import { PointPointers } from './pointers.tsx'
import type { Stage } from './stage.ts'

export interface OverlayProps {
  readonly model: PlotModel
  readonly stage: Stage
  /** Row under the pointer or the keys; −1 for none. */
  readonly hover: number
  /** Row that the keys stand on; −1 for none. */
  readonly focused: number
  readonly shape: Shape | null
  readonly children?: JSX.Element
}

export function Overlay(props: OverlayProps): JSX.Element {
  const at = (row: number): Point | null => placeOf(props.stage, row)
  const { model, stage } = untrack(() => props)
  const others = createOtherMarks(model, stage)
  return (
    <svg class="plot-over" aria-hidden="true">
      <Show when={props.model.laid()?.method === 'pca'}>
        <Axes stage={props.stage} />
      </Show>
      <OtherOutlines marks={others} />
      <Spokes {...props} />
      {props.children}
      <Names {...props} others={others} />
      <OpenRings model={props.model} stage={props.stage} />
      <OtherTags marks={others} />
      <Show when={at(props.model.open())}>
        {(place) => <Primary at={place()} id={openId(props.model)} width={props.stage.moment().size.width} />}
      </Show>
      <Show when={at(props.hover)}>
        {(place) => <circle class="hover-ring" cx={place()[0]} cy={place()[1]} r="6.5" />}
      </Show>
      <Show when={at(props.focused)}>
        {(place) => <circle class="focus-ring" cx={place()[0]} cy={place()[1]} r="10" />}
      </Show>
      <PointPointers model={props.model} stage={props.stage} />
      <Show when={props.shape}>{(shape) => <Drawn shape={shape()} />}</Show>
    </svg>
  )
}

/** Where a row is on screen; null for none. */
export function placeOf(stage: Stage, row: number): Point | null {
  const { places, transform } = stage.moment()
  if (row < 0 || row >= places.x.length) return null
  return toScreen(transform, [places.x[row]!, places.y[row]!])
}

/** Spots are found once a layout rests; names wait while points travel, and go along with a pan or a zoom. */
function Names(props: OverlayProps & { readonly others: OtherMarks }): JSX.Element {
  const spots = createMemo(() => {
    const legend = props.model.colouring().legend
    const places = props.model.places()
    if (legend.kind !== 'levels' || places.x.length !== props.model.rows().count) return []
    return spotsOf(places, props.model.rows(), legend.column, props.model.matching())
  })
  const travelling = (): boolean => props.stage.moment().places !== props.model.places()
  const placed = createMemo((): readonly PlacedLabel[] => {
    if (travelling()) return []
    const { transform, size } = props.stage.moment()
    const open = placeOf(props.stage, props.model.open())
    const taken = open === null ? [] : primaryBoxes(open, openId(props.model), size.width)
    return placeNames(spots(), transform, size, [...taken, ...props.others.boxes()])
  })
  return (
    <For each={placed()}>
      {({ wish, box }) => (
        <text class="halo name" x={(box.left + box.right) / 2} y={box.bottom - 3}>
          {wish.text}
        </text>
      )}
    </For>
  )
}

const openId = (model: PlotModel): string => model.points().ids[model.rows().pointOf[model.open()] ?? -1] ?? ''

/** The id stands where there is more room. */
const sideOf = ([x]: Point, width: number): 1 | -1 => (x > width / 2 ? -1 : 1)

/** What the ring of the open point and its id cover. */
function primaryBoxes(at: Point, id: string, width: number): Box[] {
  const [x, y] = at
  const reach = 18 + 6.4 * id.length
  const side = sideOf(at, width)
  const ring = boxAround(x, y, 9)
  return [ring, { left: side < 0 ? x - reach : x, right: side < 0 ? x : x + reach, top: y + 3, bottom: y + 18 }]
}

function Primary(props: { readonly at: Point; readonly id: string; readonly width: number }): JSX.Element {
  const side = (): 1 | -1 => sideOf(props.at, props.width)
  return (
    <g class="primary" transform={`translate(${props.at[0].toFixed(1)} ${props.at[1].toFixed(1)})`}>
      <circle class="gap" r="8.5" />
      <circle class="ring" r="7.5" />
      <path d={`M${8 * side()} 5l${8 * side()} 6`} />
      <text class="halo" x={18 * side()} y="15" text-anchor={side() < 0 ? 'end' : 'start'}>
        {props.id}
      </text>
    </g>
  )
}

/** Lines from a point to its true neighbours, wherever the layout has put them. */
function Spokes(props: OverlayProps): JSX.Element {
  const lines = createMemo(() => {
    const from = placeOf(props.stage, props.hover)
    if (from === null) return ''
    // Read for its sake: other layers have other neighbours.
    void props.model.laid()
    const ends = neighboursOf(props.model, props.hover).flatMap((row) => {
      const end = placeOf(props.stage, row)
      return end === null ? [] : [end]
    })
    return ends.map(([x, y]) => `M${from[0].toFixed(1)} ${from[1].toFixed(1)}L${x.toFixed(1)} ${y.toFixed(1)}`).join('')
  })
  return <path class="spokes" d={lines()} />
}

function Drawn(props: { readonly shape: Shape }): JSX.Element {
  const line = (): string => props.shape.path.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('')
  return (
    <Show when={props.shape.kind === 'brush'} fallback={<path class="drawn" d={`${line()}Z`} />}>
      {/* A path of one point has no length, and would not be drawn. */}
      <path class="drawn brush" stroke-width={2 * brushRadius} d={`${line()}l0.01 0`} />
    </Show>
  )
}
