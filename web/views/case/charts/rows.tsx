/** Horizontal bars, one row a name: amounts with intervals beside each other, or parts stacked to a whole. */
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import type { EstimateReply } from '#server/wire/head-studies.ts'
import { For } from '#web/solid.ts'
import type { Domain } from './frame.ts'
import { Measured } from './plot.tsx'

export interface AmountRow {
  readonly label: string
  readonly bars: readonly { readonly mark: string; readonly estimate: EstimateReply; readonly text: string }[]
}

const nameWidth = 84
const valueWidth = 52
const barHeight = 12

/** Bars over a domain from its lower end, with whiskers for their intervals. */
export function AmountRows(props: {
  readonly rows: readonly AmountRow[]
  readonly domain: Domain
  readonly label: string
}): JSX.Element {
  return (
    <Measured>
      {(width) => {
        const room = (): number => Math.max(10, width - nameWidth - valueWidth)
        const x = (value: number): number =>
          nameWidth + ((value - props.domain[0]) / (props.domain[1] - props.domain[0])) * room()
        const heightOf = ({ bars }: AmountRow): number => bars.length * (barHeight + 2) + 8
        const top = (place: number): number => props.rows.slice(0, place).reduce((sum, row) => sum + heightOf(row), 0)
        return (
          <svg class="chart" width={width} height={top(props.rows.length)} role="img" aria-label={props.label}>
            <For each={props.rows}>
              {(row, place) => (
                <>
                  <text class="row-name" x="0" y={top(place()) + heightOf(row) / 2 - 4}>
                    {row.label}
                  </text>
                  <For each={row.bars}>
                    {(bar, b) => <Amount bar={bar} x={x} end={width} y={top(place()) + b() * (barHeight + 2)} />}
                  </For>
                </>
              )}
            </For>
            <line
              class="axis"
              x1={x(Math.max(0, props.domain[0]))}
              x2={x(Math.max(0, props.domain[0]))}
              y1="0"
              y2={top(props.rows.length) - 8}
            />
          </svg>
        )
      }}
    </Measured>
  )
}

function Amount(props: {
  readonly bar: AmountRow['bars'][number]
  readonly x: (value: number) => number
  readonly end: number
  readonly y: number
}): JSX.Element {
  const value = (): number => props.bar.estimate.value ?? 0
  const middle = (): number => props.y + barHeight / 2
  return (
    <>
      <rect
        class={`bar ${props.bar.mark}`}
        x={Math.min(props.x(0), props.x(value()))}
        width={Math.abs(props.x(value()) - props.x(0))}
        y={props.y}
        height={barHeight}
      >
        <title>{props.bar.text}</title>
      </rect>
      <Show when={props.bar.estimate.interval}>
        {(interval) => (
          <line class="whisker" x1={props.x(interval()[0])} x2={props.x(interval()[1])} y1={middle()} y2={middle()} />
        )}
      </Show>
      <text class="row-value" x={props.end} y={middle()}>
        {props.bar.text}
      </text>
    </>
  )
}

export interface StackedRow {
  readonly label: string
  readonly parts: readonly { readonly mark: string; readonly size: number; readonly title: string }[]
  readonly text: string
}

/** Parts of a whole, in the same order in every row; `whole` is the length of the longest. */
export function StackedRows(props: {
  readonly rows: readonly StackedRow[]
  readonly whole: number
  readonly label: string
}): JSX.Element {
  const height = 20
  const beside = (): number => (props.rows.some(({ text }) => text !== '') ? valueWidth : 0)
  return (
    <Measured>
      {(width) => {
        const scale = (): number => Math.max(10, width - nameWidth - beside()) / Math.max(props.whole, 1e-12)
        return (
          <svg class="chart" width={width} height={props.rows.length * height} role="img" aria-label={props.label}>
            <For each={props.rows}>
              {(row, place) => (
                <g transform={`translate(0 ${place() * height})`}>
                  <text class="row-name" x="0" y={height / 2}>
                    {row.label}
                  </text>
                  <For each={row.parts}>
                    {(part, p) => {
                      const before = (): number => row.parts.slice(0, p()).reduce((sum, { size }) => sum + size, 0)
                      return (
                        <rect
                          class={`bar ${part.mark}`}
                          x={nameWidth + before() * scale()}
                          width={Math.max(0, part.size * scale() - 0.5)}
                          y="3"
                          height={height - 6}
                        >
                          <title>{part.title}</title>
                        </rect>
                      )
                    }}
                  </For>
                  <text class="row-value" x={width} y={height / 2}>
                    {row.text}
                  </text>
                </g>
              )}
            </For>
          </svg>
        )
      }}
    </Measured>
  )
}
