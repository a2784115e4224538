/** One map: layers as rows, heads as columns, in each cell the corpus mean and the instance. */
import type { JSX } from 'solid-js'
import { createMemo, createUniqueId, Show, untrack } from 'solid-js'
import type { Head } from '#compute/types.ts'
import type { Person } from '#collab/wire/presence.ts'
import type { Ramps } from '#web/marks/ramp.ts'
import { rampStep } from '#web/marks/ramp.ts'
import { For } from '#web/solid.ts'
import { personColour } from '#web/widgets/person.ts'
import type { Cells, MapCells } from './cells.ts'
import { drawnAt } from './element-size.ts'
import type { HeadMap } from './heads.ts'
import { indexOf, nameOf } from './heads.ts'
import { gutter, layersOf, mapFoot, mapHead } from './map-layout.ts'
import { mostCrosses, mostNotches } from './marks.ts'

export interface MapProps {
  readonly cells: MapCells
  readonly signed: Cells['signed']
  /** Whether values are still to come: cells without one are bones then, and hatched else. */
  readonly pending: boolean
  readonly cell: number
  /** Size of one unit, px. */
  readonly scale: number
  readonly ramps: Ramps
  readonly upwards: boolean
  readonly countFrom: number
  /** Written beside the name where this map has a scale of its own. */
  readonly note: string
  /** Name of the head that has the tab stop, wherever it is. */
  readonly tabStop: string | null
  readonly chosen: ReadonlySet<string>
  readonly primary: string | null
  readonly pruned: ReadonlySet<string>
  readonly others: ReadonlyMap<string, readonly Person[]>
  readonly leftOut: ReadonlyMap<string, readonly Person[]>
  readonly letters: ReadonlyMap<string, string>
  readonly describe: (head: Head) => string
}

export function MapGrid(props: MapProps): JSX.Element {
  const hatch = createUniqueId()
  const map = (): HeadMap => props.cells.map
  const layers = createMemo(() => layersOf(map().layers, props.upwards))
  const heads = createMemo(() => Array.from({ length: map().heads }, (_, head) => head))
  const width = (): number => gutter + map().heads * props.cell + 1
  const height = (): number => mapHead + map().layers * props.cell + mapFoot
  const place = (head: Pick<Head, 'layer' | 'head'>): readonly [x: number, y: number] => [
    gutter + head.head * props.cell,
    mapHead + layers().indexOf(head.layer) * props.cell,
  ]
  return (
    <svg
      class="head-map"
      role="grid"
      aria-label={`${map().title}, layers by heads`}
      aria-rowcount={map().layers}
      aria-colcount={map().heads}
      aria-multiselectable="true"
      {...drawnAt(width(), height(), props.scale)}
    >
      <defs aria-hidden="true">
        <pattern id={hatch} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0v4" class="hatch-line" />
        </pattern>
      </defs>
      <g aria-hidden="true">
        <text class="map-name" x={gutter} y="11">
          {map().title}
          <tspan class="map-note" dx="6">
            {props.note}
          </tspan>
        </text>
        <For each={layers()}>
          {(layer, at) => (
            <Show when={isNamed(at(), props.cell, 11)}>
              <text x={gutter - 6} y={mapHead + at() * props.cell + props.cell / 2 + 3.5} text-anchor="end">
                L{layer + props.countFrom}
              </text>
            </Show>
          )}
        </For>
        <For each={heads()}>
          {(head) => (
            <Show when={isNamed(head, props.cell, heads().length > 10 ? 24 : 18)}>
              <text x={gutter + head * props.cell + props.cell / 2} y={height() - 3} text-anchor="middle">
                H{head + props.countFrom}
              </text>
            </Show>
          )}
        </For>
      </g>
      <For each={layers()}>
        {(layer, row) => (
          <g role="row" aria-rowindex={row() + 1} aria-label={`Layer ${layer + props.countFrom}`}>
            <For each={heads()}>
              {(head) => <Cell owner={props} at={{ kind: map().kind, layer, head }} place={place} hatch={hatch} />}
            </For>
          </g>
        )}
      </For>
      <Outlines owner={props} place={place} />
    </svg>
  )
}

/** Where cells are small, every second, fourth ... row or column is named. */
function isNamed(at: number, cell: number, need: number): boolean {
  let step = 1
  while (step * cell < need) step *= 2
  return at % step === 0
}

interface CellProps {
  readonly owner: MapProps
  readonly at: Head
  readonly place: (head: Head) => readonly [number, number]
  readonly hatch: string
}

function Cell(props: CellProps): JSX.Element {
  const index = (): number => indexOf(props.at, props.owner.cells.map)
  const name = nameOf(untrack(() => props.at))
  const size = (): number => props.owner.cell - 1
  const fill = (values: Float32Array | null): string => fillOf(values?.[index()], props.owner, props.hatch)
  return (
    <g
      class="head-cell"
      role="gridcell"
      aria-colindex={props.at.head + 1}
      aria-selected={props.owner.chosen.has(name)}
      aria-label={props.owner.describe(props.at)}
      tabindex={props.owner.tabStop === name ? 0 : -1}
      data-head={name}
      transform={`translate(${props.place(props.at).join(' ')})`}
    >
      <Show
        when={props.owner.cells.upper}
        fallback={<path d={`M0 0H${size()}V${size()}H0z`} fill={fill(props.owner.cells.lower)} />}
      >
        <path d={`M0 0V${size()}H${size()}z`} fill={fill(props.owner.cells.lower)} />
        <path d={`M0 0H${size()}V${size()}z`} fill={fill(props.owner.cells.upper)} />
        <path d={`M0 0L${size()} ${size()}`} class="cell-cut" />
      </Show>
      <Show when={isAgainst(props.owner.cells.lower[index()], props.owner)}>
        <rect class="cell-minus" y={size() - 2} width={size()} height="2" />
      </Show>
      <rect class="cell-edge" x="0.5" y="0.5" width={size() - 1} height={size() - 1} />
      <Show when={props.owner.letters.get(name)}>
        {(letter) => (
          <text class="cell-letter" x="3" y={size() - 4}>
            {letter()}
          </text>
        )}
      </Show>
    </g>
  )
}

/** The colour of a value; hatched where there is none, and a bone where it is still to come. */
export function fillOf(value: number | undefined, { cells, signed, pending, ramps }: MapProps, hatch: string): string {
  if (value === undefined || Number.isNaN(value)) return pending ? 'var(--surface-selected)' : `url(#${hatch})`
  const ramp = signed ? (value < 0 ? ramps.away : ramps.toward) : ramps.amount
  return ramp[rampStep(Math.abs(value), cells.reach)]?.background ?? 'none'
}

/** Sign survives without colour: cells below zero carry a line at their foot. */
const isAgainst = (value: number | undefined, { cells, signed }: MapProps): boolean =>
  signed && value !== undefined && value < -0.04 * cells.reach

/** What lies over the cells, so that no neighbour covers it: choices, pruned heads, and other people's choices. */
export function Outlines(props: {
  readonly owner: MapProps
  readonly place: (head: Head) => readonly [number, number]
}): JSX.Element {
  const cells = createMemo(() => allHeads(props.owner.cells.map))
  const size = (): number => props.owner.cell - 1
  const at = (head: Head): string => `translate(${props.place(head).join(' ')})`
  return (
    <g aria-hidden="true" class="outlines">
      <For each={cells().filter((head) => props.owner.pruned.has(nameOf(head)))}>
        {(head) => (
          <g transform={at(head)}>
            <rect class="pruned-veil" width={size()} height={size()} />
            <path class="pruned-cross" d={`M3 3L${size() - 3} ${size() - 3}M${size() - 3} 3L3 ${size() - 3}`} />
          </g>
        )}
      </For>
      <For each={cells().filter((head) => props.owner.chosen.has(nameOf(head)))}>
        {(head) => (
          <g transform={at(head)}>
            <rect class="chosen-halo" x="-1" y="-1" width={size() + 2} height={size() + 2} />
            <rect
              class="chosen-edge"
              data-primary={props.owner.primary === nameOf(head) || undefined}
              x="-0.5"
              y="-0.5"
              width={size() + 1}
              height={size() + 1}
            />
          </g>
        )}
      </For>
      <For each={cells().filter((head) => props.owner.leftOut.has(nameOf(head)))}>
        {(head) => <Crosses people={props.owner.leftOut.get(nameOf(head)) ?? []} transform={at(head)} />}
      </For>
      <For each={cells().filter((head) => props.owner.others.has(nameOf(head)))}>
        {(head) => <Notches people={props.owner.others.get(nameOf(head)) ?? []} size={size()} transform={at(head)} />}
      </For>
    </g>
  )
}

const allHeads = ({ kind, layers, heads }: HeadMap): readonly Head[] =>
  Array.from({ length: layers * heads }, (_, at) => ({ kind, layer: Math.floor(at / heads), head: at % heads }))

/** A small cross for each person who has marked the head to be left out, in the upper left corner; the card names them all. */
function Crosses(props: { readonly people: readonly Person[]; readonly transform: string }): JSX.Element {
  return (
    <g transform={props.transform}>
      <For each={props.people.slice(0, mostCrosses)}>
        {(person, nth) => (
          <path
            class="other-cross"
            d={`M${2.5 + 7 * nth()} 2.5l4.5 4.5m0 -4.5l-4.5 4.5`}
            style={{ stroke: personColour(person) }}
          />
        )}
      </For>
    </g>
  )
}

/** A notch for each person in the upper right corner, one inside the other; more than three are counted. */
function Notches(props: {
  readonly people: readonly Person[]
  readonly size: number
  readonly transform: string
}): JSX.Element {
  const arm = (): number => Math.min(9, props.size / 2)
  return (
    <g transform={props.transform}>
      <For each={props.people.slice(0, mostNotches)}>
        {(person, nth) => (
          <path
            class="notch"
            d={`M${props.size - arm()} ${1.5 + 3 * nth()}H${props.size - 1.5 - 3 * nth()}V${arm()}`}
            style={{ stroke: personColour(person) }}
          />
        )}
      </For>
      <Show when={props.people.length > mostNotches}>
        <text class="notch-more" x={props.size - 2} y={props.size - 3} text-anchor="end">
          +{props.people.length - mostNotches}
        </text>
      </Show>
    </g>
  )
}
