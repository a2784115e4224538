/** Heads as points between two metrics: form says the kind of attention, rings say who chose them. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal, Show } from 'solid-js'
import { plain } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import type { CardAnchor, CardText } from '#web/widgets/hover-card.tsx'
import { HoverCard } from '#web/widgets/hover-card.tsx'
import { Menu } from '#web/widgets/menu.tsx'
import type { Board } from './board.ts'
import { chosenMetric, useBoard } from './board.ts'
import { valueText } from './cells.ts'
import { createSize, drawnAt } from './element-size.ts'
import { headKey } from './head-keys.ts'
import { nameOf } from './heads.ts'
import type { Summary } from './metric-values.ts'
import { createMetricValues } from './metric-values.ts'
import type { Metric } from './metrics.ts'
import { metrics } from './metrics.ts'
import type { Axis, ScatterPoint } from './scatter-frame.ts'
import { axisOf, nextPoint, placeOn, pointsOf } from './scatter-frame.ts'
import { forms, Point } from './scatter-point.tsx'
import { AnalysisLine } from './status.tsx'

/** Around the plot: names of ticks and of both axes. */
const edge = { left: 46, right: 10, top: 20, bottom: 32 } as const

export function HeadScatter(props: { readonly summary: Summary }): JSX.Element {
  const board = useBoard()
  const across = createMemo(() => chosenMetric(board.settings().across))
  const up = createMemo(() => chosenMetric(board.settings().up))
  const summary = () => props.summary.analysis()
  const acrossValues = createMetricValues(board, () => across(), summary)
  const upValues = createMetricValues(board, () => up(), summary)
  const points = createMemo(() => pointsOf(board.maps(), acrossValues.values(), upValues.values()))
  const waiting = createMemo(() => {
    const both = [acrossValues, upValues].map((values) => ({ values, analysis: values.analysis() }))
    return both.find(({ analysis }) => analysis !== null && analysis.phase.kind !== 'done') ?? null
  })
  const put = (how: 'retry' | 'cancel'): void => {
    const [at, question] = [board.instance(), waiting()?.values.question() ?? null]
    if (at && question) board.room.analyses[how](at, question)
  }
  return (
    <>
      <div class="map-bar">
        <AxisMenu label="Up" metric={up()} onChoose={(id) => board.set({ up: id })} />
        <span class="note against">against</span>
        <AxisMenu label="Across" metric={across()} onChoose={(id) => board.set({ across: id })} />
      </div>
      <Plot points={points()} across={across()} up={up()} />
      <div class="head-status scatter-status">
        <Show when={waiting()?.analysis} fallback={<span>{aboutText(board, across(), up(), points().length)}</span>}>
          {(analysis) => (
            <AnalysisLine
              analysis={analysis()}
              what={waiting()?.values === upValues ? up().label : across().label}
              onRetry={() => put('retry')}
              onCancel={() => put('cancel')}
              done={null}
            />
          )}
        </Show>
        <KindKey />
      </div>
    </>
  )
}

function aboutText(board: Board, across: Metric, up: Metric, points: number): string {
  if (board.instance() === null) return 'Choose a text, or measure the corpus, to see its heads here.'
  const about = across.perToken || up.perToken ? (board.quote() ?? 'the mean over the output') : 'this text'
  return `${points} heads, for ${about}`
}

function AxisMenu(props: {
  readonly label: string
  readonly metric: Metric
  readonly onChoose: (id: Metric['id']) => void
}): JSX.Element {
  return (
    <Menu
      label={`${props.label}: ${props.metric.label}`}
      triggerClass="button small metric"
      trigger={
        <>
          {props.metric.label}
          <i class="chev" aria-hidden="true" />
        </>
      }
      items={metrics.map(({ id, label }) => ({
        label,
        chosen: id === props.metric.id,
        onSelect: () => props.onChoose(id),
      }))}
    />
  )
}

function KindKey(): JSX.Element {
  const board = useBoard()
  return (
    <span class="kind-key">
      <For each={board.maps()}>
        {(map) => (
          <span>
            <svg width="12" height="12" aria-hidden="true">
              <path class="point" transform="translate(6 6)" d={forms[map.kind]} />
            </svg>
            {map.title}
          </span>
        )}
      </For>
    </span>
  )
}

interface PlotProps {
  readonly points: readonly ScatterPoint[]
  readonly across: Metric
  readonly up: Metric
}

function Plot(props: PlotProps): JSX.Element {
  const board = useBoard()
  const size = createSize(board.scale)
  let box!: HTMLDivElement
  const [anchor, setAnchor] = createSignal<CardAnchor | null>(null)
  const axes = createMemo(() => ({
    across: axisOf(
      props.points.map(({ across }) => across),
      Math.max(2, size.width() / 80),
    ),
    up: axisOf(
      props.points.map(({ up }) => up),
      Math.max(2, size.height() / 40),
    ),
  }))
  const x = (value: number): number =>
    edge.left + placeOn(axes().across, value) * (size.width() - edge.left - edge.right)
  const y = (value: number): number =>
    size.height() - edge.bottom - placeOn(axes().up, value) * (size.height() - edge.top - edge.bottom)
  const stop = createMemo(() => {
    const active = board.active()
    return props.points.find(({ head }) => active && nameOf(head) === nameOf(active)) ?? props.points[0] ?? null
  })
  const onKeyDown = (event: KeyboardEvent, point: ScatterPoint): void => {
    const next = nextPoint(event.key, point, props.points, axes())
    if (next === null && !event.key.startsWith('Arrow')) return headKey(event, point.head, board, box)
    event.preventDefault()
    if (next === null) return
    board.setActive(next.head)
    box.querySelector<SVGElement>(`[data-head="${nameOf(next.head)}"]`)?.focus()
  }
  return (
    <div
      class="head-scatter"
      ref={(element) => {
        box = element
        size.watch(element)
      }}
      onPointerLeave={() => setAnchor(null)}
    >
      <svg
        {...drawnAt(size.width(), size.height(), board.scale())}
        role="listbox"
        aria-multiselectable="true"
        aria-label={`Heads: ${props.up.label} against ${props.across.label}`}
      >
        <Axes axes={axes()} x={x} y={y} size={size} across={props.across} up={props.up} />
        <For each={props.points}>
          {(point) => (
            <Point
              point={point}
              at={[x(point.across), y(point.up)]}
              width={size.width()}
              isStop={stop() === point}
              text={() => cardText(board, props, point)}
              onCard={setAnchor}
              onKeyDown={(event) => onKeyDown(event, point)}
            />
          )}
        </For>
      </svg>
      <HoverCard anchor={anchor} />
    </div>
  )
}

function Axes(props: {
  readonly axes: { readonly across: Axis; readonly up: Axis }
  readonly x: (value: number) => number
  readonly y: (value: number) => number
  readonly size: ReturnType<typeof createSize>
  readonly across: Metric
  readonly up: Metric
}): JSX.Element {
  const bottom = (): number => props.size.height() - edge.bottom
  const digits = ({ ticks }: Axis): number => {
    const step = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0))
    return Math.max(0, Math.min(4, Math.ceil(-Math.log10(step || 1))))
  }
  return (
    <g aria-hidden="true">
      <path class="axis" d={`M${edge.left} ${edge.top}V${bottom()}H${props.size.width() - edge.right}`} />
      <For each={props.axes.across.ticks}>
        {(tick) => (
          <text x={props.x(tick)} y={bottom() + 12} text-anchor="middle">
            {plain(tick, digits(props.axes.across))}
          </text>
        )}
      </For>
      <For each={props.axes.up.ticks}>
        {(tick) => (
          <text x={edge.left - 5} y={props.y(tick) + 3.5} text-anchor="end">
            {plain(tick, digits(props.axes.up))}
          </text>
        )}
      </For>
      <Show when={props.axes.up.from < 0}>
        <path class="axis zero" d={`M${edge.left} ${props.y(0)}H${props.size.width() - edge.right}`} />
      </Show>
      <text class="axis-name" x={props.size.width() - edge.right} y={bottom() + 25} text-anchor="end">
        {unitName(props.across)}
      </text>
      <text class="axis-name" x="4" y={edge.top - 9}>
        {unitName(props.up)}
      </text>
    </g>
  )
}

const unitName = ({ label, unit }: Metric): string => (unit === '' ? label : `${label}, ${unit}`)

function cardText(board: Board, { across, up }: PlotProps, point: ScatterPoint): CardText {
  return {
    title: board.titleOf(point.head),
    note: board.pruned().has(nameOf(point.head)) ? 'left out' : '',
    rows: [
      [up.label.toLowerCase(), valueText(point.up, up)],
      [across.label.toLowerCase(), valueText(point.across, across)],
    ],
  }
}
