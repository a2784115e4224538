/** Axes of a PCA: its units mean something, those of other layouts do not. */
import { ticks as roundValues } from 'd3-array'
import type { JSX } from 'solid-js'
import { createMemo } from 'solid-js'
import { plain } from '#web/marks/numbers.ts'
import { toLayout } from '#web/marks/points/view-transform.ts'
import { For } from '#web/solid.ts'
import type { Stage } from './stage.ts'

interface Tick {
  /** Pixels along the axis. */
  readonly at: number
  readonly text: string
}

/** About one tick for so many pixels. */
const spacing = 90

export function Axes(props: { readonly stage: Stage }): JSX.Element {
  const ends = createMemo(() => {
    const { transform, size } = props.stage.moment()
    return { size, from: toLayout(transform, [0, size.height]), to: toLayout(transform, [size.width, 0]) }
  })
  const across = (): readonly Tick[] => ticksOf([ends().from[0], ends().to[0]], [0, ends().size.width])
  const up = (): readonly Tick[] => ticksOf([ends().from[1], ends().to[1]], [ends().size.height, 0])
  return (
    <g class="axes">
      <For each={across()}>
        {(tick) => (
          <g transform={`translate(${tick.at.toFixed(1)} ${ends().size.height})`}>
            <path d="M0 0v-4" />
            <text y="-7" text-anchor="middle">
              {tick.text}
            </text>
          </g>
        )}
      </For>
      <For each={up()}>
        {(tick) => (
          <g transform={`translate(0 ${tick.at.toFixed(1)})`}>
            <path d="M0 0h4" />
            <text x="7" y="3">
              {tick.text}
            </text>
          </g>
        )}
      </For>
      <text class="axis-name" x={ends().size.width - 6} y={ends().size.height - 20} text-anchor="end">
        PC 1
      </text>
      <text class="axis-name" x="6" y="14">
        PC 2
      </text>
    </g>
  )
}

/** Round values along an axis, none so near its ends that its text would be cut. */
function ticksOf(values: readonly [number, number], pixels: readonly [number, number]): readonly Tick[] {
  const length = Math.abs(pixels[1] - pixels[0])
  const [from, to] = values
  const ticks = roundValues(from, to, Math.max(2, Math.round(length / spacing)))
  const place = (value: number): number => pixels[0] + ((value - from) / (to - from)) * (pixels[1] - pixels[0])
  const step = Math.abs((ticks[1] ?? 0) - (ticks[0] ?? 0))
  const digits = step > 0 ? Math.max(0, Math.ceil(-Math.log10(step))) : 0
  return ticks
    .map((value) => ({ at: place(value), text: plain(value, digits) }))
    .filter(({ at }) => at > 24 && at < length - 24)
}
