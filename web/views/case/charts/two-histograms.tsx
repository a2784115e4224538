/** Two samples of one number, one above the other on the same axis: where each lies, and its median. */
import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import { count, percent, plain } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import type { Domain } from './frame.ts'
import { countBins, makePlot, roundDomain } from './frame.ts'
import { Chart, Measured } from './plot.tsx'

export interface Sample {
  readonly label: string
  readonly mark: string
  readonly values: readonly number[]
  readonly median: number | null
}

const bins = 24

export function TwoHistograms(props: {
  readonly samples: readonly Sample[]
  readonly xTitle: string
  readonly unit: string
}): JSX.Element {
  const domain = createMemo(() =>
    roundDomain(
      props.samples.flatMap(({ values }) => values),
      [0, 1],
    ),
  )
  return (
    <Measured>
      {(width) => (
        <For each={props.samples}>
          {(sample, place) => (
            <One
              sample={sample}
              domain={domain()}
              width={width}
              xTitle={place() === props.samples.length - 1 ? props.xTitle : ''}
              unit={props.unit}
            />
          )}
        </For>
      )}
    </Measured>
  )
}

function One(props: {
  readonly sample: Sample
  readonly domain: Domain
  readonly width: number
  readonly xTitle: string
  readonly unit: string
}): JSX.Element {
  const shares = createMemo(() => {
    const counts = countBins(props.sample.values, props.domain, bins)
    return counts.map((size) => size / Math.max(1, props.sample.values.length))
  })
  const plot = createMemo(() =>
    makePlot(props.width, 108, props.domain, roundDomain(shares(), [0, 0.1]), {
      top: 18,
      right: 10,
      bottom: 30,
      left: 34,
    }),
  )
  const step = (): number => (props.domain[1] - props.domain[0]) / bins
  const label = (): string =>
    `${props.sample.label}, ${count(props.sample.values.length)} names, median ${plain(props.sample.median ?? NaN)} ${props.unit}`
  return (
    <Chart
      plot={plot()}
      label={label()}
      xTitle={props.xTitle}
      yTitle={`${props.sample.label}: ${count(props.sample.values.length)}`}
      yFormat={(value) => `${Math.round(value * 100)} %`}
    >
      <For each={shares()}>
        {(size, bin) => {
          const from = (): number => plot().x(props.domain[0] + bin() * step())
          return (
            <Show when={size > 0}>
              <rect
                class={`bar ${props.sample.mark}`}
                x={from() + 0.5}
                width={Math.max(1, plot().x(props.domain[0] + (bin() + 1) * step()) - from() - 1)}
                y={plot().y(size)}
                height={plot().y(0) - plot().y(size)}
              >
                <title>{`${percent(size)} of them`}</title>
              </rect>
            </Show>
          )
        }}
      </For>
      <Show when={props.sample.median !== null}>
        <line
          class="median"
          x1={plot().x(props.sample.median!)}
          x2={plot().x(props.sample.median!)}
          y1={plot().margins.top}
          y2={plot().y(0)}
        />
        <text class="aside" x={plot().x(props.sample.median!) + 4} y={plot().margins.top + 8}>
          {`median ${plain(props.sample.median!)}`}
        </text>
      </Show>
    </Chart>
  )
}
