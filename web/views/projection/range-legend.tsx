/** The legend of a number: its distribution in the colours of the points, and a range to drag on it. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal, Show } from 'solid-js'
import { count, plain } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import { useRoom } from '#web/state/room.ts'
import type { Legend } from './colouring.ts'
import { histogramOf } from './colouring.ts'
import { createApply } from './filter-change.ts'
import { dragRange, filterOf } from './legend-filters.ts'
import type { PlotModel } from './model.ts'

const bins = 24
const height = 40

export function RangeLegend(props: {
  readonly model: PlotModel
  readonly legend: Extract<Legend, { kind: 'range' }>
}): JSX.Element {
  const { range, setRange, text } = createRange(props)
  const [drag, setDrag] = createSignal<readonly [number, number] | null>(null)
  const seen = (): readonly [number, number] | null => drag() ?? range()
  const counts = createMemo(() => {
    const { values, min, max } = props.legend
    return histogramOf(values, [min, max], bins, () => true)
  })
  const fullest = (): number => Math.max(1, ...counts())
  const valueAt = (share: number): number =>
    props.legend.min + Math.min(1, Math.max(0, share)) * (props.legend.max - props.legend.min)
  const shareAt = (event: PointerEvent & { readonly currentTarget: SVGSVGElement }): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return (event.clientX - left) / width
  }
  let start: number | null = null
  const dragged = (share: number): readonly [number, number] => {
    const [a, b] = [valueAt(start ?? share), valueAt(share)]
    return a < b ? [a, b] : [b, a]
  }
  const x = (value: number): number =>
    (240 * (value - props.legend.min)) / Math.max(1e-12, props.legend.max - props.legend.min)
  return (
    <div>
      <div class="legend-cap" title={props.legend.definition}>
        <span>{props.legend.title}</span>
        <span class="dim">{props.legend.unit}</span>
      </div>
      <svg
        class="legend-bins"
        viewBox={`0 0 240 ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Distribution of ${props.legend.title} from ${text(props.legend.min)} to ${text(props.legend.max)} ${props.legend.unit}; drag to choose a range`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          start = shareAt(event)
        }}
        onPointerMove={(event) => start !== null && setDrag(dragged(shareAt(event)))}
        onPointerUp={(event) => {
          const chosen = start !== null && Math.abs(shareAt(event) - start) > 0.01 ? dragged(shareAt(event)) : null
          start = null
          setDrag(null)
          setRange(chosen)
        }}
        onPointerCancel={() => setDrag(((start = null), null))}
      >
        <For each={counts()}>
          {(size, bin) => (
            <rect
              class={isOutside(valueAt(bin() / bins), valueAt((bin() + 1) / bins), seen()) ? 'outside' : undefined}
              x={bin() * 10}
              width="9"
              y={height - (height * size) / fullest()}
              height={(height * size) / fullest()}
              fill={props.legend.fills[Math.round((bin() / (bins - 1)) * (props.legend.fills.length - 1))]}
            />
          )}
        </For>
        <Show when={seen()}>
          {(present) => (
            <rect
              class="range"
              x={x(present()[0])}
              width={Math.max(1, x(present()[1]) - x(present()[0]))}
              y="0"
              height={height}
            />
          )}
        </Show>
      </svg>
      <Ends legend={props.legend} range={seen()} text={text} onRange={setRange} />
      <Show when={missing(props.legend.values)}>
        {(without) => <p class="legend-note">{count(without())} without a value</p>}
      </Show>
    </div>
  )
}

const isOutside = (from: number, to: number, range: readonly [number, number] | null): boolean =>
  range !== null && (to < range[0] || from > range[1])

/** Both ends, to be read and to be typed. */
function Ends(props: {
  readonly legend: Extract<Legend, { kind: 'range' }>
  readonly range: readonly [number, number] | null
  readonly text: (value: number) => string
  readonly onRange: (range: readonly [number, number] | null) => void
}): JSX.Element {
  const setEnd = (end: 0 | 1, value: number | null): void => {
    const [low, high] = props.range ?? [props.legend.min, props.legend.max]
    if (value === null) return
    props.onRange(end === 0 ? [value, Math.max(value, high)] : [Math.min(low, value), value])
  }
  return (
    <div class="legend-ends">
      <EndInput
        label="From"
        value={props.range?.[0] ?? null}
        shown={props.text(props.legend.min)}
        onSet={(value) => setEnd(0, value)}
      />
      <EndInput
        label="To"
        value={props.range?.[1] ?? null}
        shown={props.text(props.legend.max)}
        onSet={(value) => setEnd(1, value)}
      />
      <Show when={props.range}>
        <button type="button" class="link" onClick={() => props.onRange(null)}>
          All
        </button>
      </Show>
    </div>
  )
}

/** One end of the range, to be typed. */
function EndInput(props: {
  readonly label: string
  readonly value: number | null
  /** The end of the whole distribution, while no range is chosen. */
  readonly shown: string
  readonly onSet: (value: number | null) => void
}): JSX.Element {
  return (
    <input
      class="input small"
      inputMode="decimal"
      aria-label={props.label}
      placeholder={props.shown}
      value={props.value === null ? '' : String(Number(props.value.toPrecision(6)))}
      onChange={(event) => {
        const text = event.currentTarget.value.trim()
        props.onSet(text === '' || !Number.isFinite(Number(text)) ? null : Number(text))
      }}
    />
  )
}

function missing(values: ArrayLike<number>): number {
  let without = 0
  for (let point = 0; point < values.length; point++) if (Number.isNaN(values[point]!)) without++
  return without
}

/** The range as a filter where the server knows the column, else as a choice of the points within it. */
function createRange(props: { readonly model: PlotModel; readonly legend: Extract<Legend, { kind: 'range' }> }) {
  const room = useRoom()
  const apply = createApply()
  const range = createMemo((): readonly [number, number] | null => {
    const { field, min, max } = props.legend
    const found = field === null ? undefined : filterOf(room.filters.list(), field, 'range')?.[1]
    return found?.kind === 'range' ? [found.min ?? min, found.max ?? max] : null
  })
  const setRange = (chosen: readonly [number, number] | null): void => {
    const { field, values } = props.legend
    const rounded = chosen && ([tidy(chosen[0], props.legend), tidy(chosen[1], props.legend)] as const)
    if (field !== null) return apply(dragRange(field, rounded, room.filters.list()))
    if (rounded === null) return room.selection.setPoints([])
    const { ordinals } = props.model.points()
    room.selection.setPoints(
      ordinals.filter((_, point) => values[point]! >= rounded[0] && values[point]! <= rounded[1]),
    )
  }
  const text = (value: number): string => {
    const reach = props.legend.max - props.legend.min
    return plain(value, reach >= 50 ? 0 : reach >= 5 ? 1 : 2)
  }
  return { range, setRange, text }
}

/** Three digits of the whole range are as fine as a hand can drag. */
function tidy(value: number, { min, max }: { readonly min: number; readonly max: number }): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(1e-9, (max - min) / 200)))
  return Number((Math.round(value / unit) * unit).toPrecision(12))
}
