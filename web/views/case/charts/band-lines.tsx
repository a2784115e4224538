/** Lines with a band for their intervals: what becomes of a number as something is taken away. */
import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import type { EstimateReply } from '#server/wire/head-studies.ts'
import { For } from '#web/solid.ts'
import type { Domain } from './frame.ts'
import { bandPath, linePath, makePlot, roundDomain } from './frame.ts'
import { Chart, Measured } from './plot.tsx'

export interface BandLine {
  readonly label: string
  /** Class of its colour and dash. */
  readonly mark: string
  readonly points: readonly { readonly x: number; readonly estimate: EstimateReply }[]
}

export function BandLines(props: {
  readonly lines: readonly BandLine[]
  readonly label: string
  readonly xTitle: string
  readonly yTitle: string
  readonly height?: number
  /** Where a line stands upright, for the numbers that are told beside the chart. */
  readonly at?: number
  /** Where the numbers have ends of their own. */
  readonly yDomain?: Domain
}): JSX.Element {
  return <Measured>{(width) => <Lines {...props} width={width} />}</Measured>
}

function Lines(props: Parameters<typeof BandLines>[0] & { readonly width: number }): JSX.Element {
  const all = createMemo(() => props.lines.flatMap(({ points }) => points))
  const plot = createMemo(() =>
    makePlot(
      props.width,
      props.height ?? 190,
      roundDomain(all().map(({ x }) => x)),
      props.yDomain ??
        roundDomain(all().flatMap(({ estimate }) => [...(estimate.interval ?? []), estimate.value ?? NaN])),
    ),
  )
  const line = ({ points }: BandLine): string =>
    linePath(points.map(({ x, estimate: { value } }) => (value === null ? null : [plot().x(x), plot().y(value)])))
  const band = ({ points }: BandLine): string =>
    bandPath(
      points.flatMap(({ x, estimate: { interval } }) =>
        interval === null ? [] : [{ x: plot().x(x), low: plot().y(interval[0]), high: plot().y(interval[1]) }],
      ),
    )
  return (
    <Chart plot={plot()} label={props.label} xTitle={props.xTitle} yTitle={props.yTitle}>
      <Show when={props.at !== undefined}>
        <line
          class="chosen-x"
          x1={plot().x(props.at!)}
          x2={plot().x(props.at!)}
          y1={plot().y.range()[0]}
          y2={plot().y.range()[1]}
        />
      </Show>
      <For each={props.lines}>{(each) => <path class={`band ${each.mark}`} d={band(each)} />}</For>
      <For each={props.lines}>
        {(each) => (
          <>
            <path class={`curve ${each.mark}`} d={line(each)} />
            <For each={each.points}>
              {({ x, estimate }) => (
                <Show when={estimate.value !== null}>
                  <circle class={`dot ${each.mark}`} cx={plot().x(x)} cy={plot().y(estimate.value!)} r="2" />
                </Show>
              )}
            </For>
          </>
        )}
      </For>
    </Chart>
  )
}
