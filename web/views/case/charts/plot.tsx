/** A chart as wide as its place, with axes; what is drawn in it comes from outside. */
import type { JSX } from 'solid-js'
import { createSignal, onCleanup, Show } from 'solid-js'
import { For, onMount } from '#web/solid.ts'
import { plain } from '#web/marks/numbers.ts'
import type { Plot } from './frame.ts'

/** Gives its content the width there is, in pixels. */
export function Measured(props: { readonly children: (width: number) => JSX.Element }): JSX.Element {
  const [width, setWidth] = createSignal<number | null>(null)
  let place!: HTMLDivElement
  onMount(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.round(entry.contentRect.width))
    })
    observer.observe(place)
    onCleanup(() => observer.disconnect())
  })
  return (
    <div ref={(element) => (place = element)} class="case-chart">
      <Show when={width()}>{(known) => props.children(known())}</Show>
    </div>
  )
}

/** `label` says in words what the chart shows; the table twin has the numbers. */
export function Chart(props: {
  readonly plot: Plot
  readonly label: string
  readonly xTitle: string
  readonly yTitle: string
  /** Of the ticks along y; none where there is no second number. */
  readonly yFormat?: (value: number) => string
  readonly xFormat?: (value: number) => string
  readonly children: JSX.Element
}): JSX.Element {
  const tick = (value: number): string => plain(value, Number.isInteger(value) ? 0 : Math.abs(value) < 0.1 ? 2 : 1)
  const xTicks = (): readonly number[] => props.plot.x.ticks(Math.max(2, Math.floor(props.plot.width / 60)))
  const yTicks = (): readonly number[] =>
    props.plot.y.ticks(Math.max(2, Math.floor((foot() - props.plot.margins.top) / 32)))
  const foot = (): number => props.plot.height - props.plot.margins.bottom
  return (
    <svg class="chart" width={props.plot.width} height={props.plot.height} role="img" aria-label={props.label}>
      <For each={yTicks()}>
        {(value) => (
          <>
            <line
              class="grid-line"
              x1={props.plot.margins.left}
              x2={props.plot.width - props.plot.margins.right}
              y1={props.plot.y(value)}
              y2={props.plot.y(value)}
            />
            <text class="y-tick" x={props.plot.margins.left - 4} y={props.plot.y(value)}>
              {(props.yFormat ?? tick)(value)}
            </text>
          </>
        )}
      </For>
      {props.children}
      <line
        class="axis"
        x1={props.plot.margins.left}
        x2={props.plot.width - props.plot.margins.right}
        y1={foot()}
        y2={foot()}
      />
      <For each={xTicks()}>
        {(value) => (
          <text class="x-tick" x={props.plot.x(value)} y={foot() + 12}>
            {(props.xFormat ?? tick)(value)}
          </text>
        )}
      </For>
      <text class="y-title" x="0" y="10">
        {props.yTitle}
      </text>
      <text class="x-title" x={props.plot.width - props.plot.margins.right} y={props.plot.height - 4}>
        {props.xTitle}
      </text>
    </svg>
  )
}

/** What colours and dashes stand for. */
export function ChartKey(props: {
  readonly entries: readonly { readonly label: string; readonly mark: string; readonly title?: string }[]
}): JSX.Element {
  return (
    <ul class="chart-key">
      <For each={props.entries}>
        {(entry) => (
          <li title={entry.title}>
            <i class={`key-mark ${entry.mark}`} aria-hidden="true" />
            {entry.label}
          </li>
        )}
      </For>
    </ul>
  )
}
