/** Precision against recall of a filter, with the threshold as a point that is dragged along the curve. */
import type { JSX } from 'solid-js'
import { createMemo, createUniqueId } from 'solid-js'
import type { ThresholdsReply } from '#server/wire/case-studies.ts'
import { percent, plain, share } from '#web/marks/numbers.ts'
import { linePath, makePlot } from './frame.ts'
import { Chart, Measured } from './plot.tsx'
import { nearestPoint, pointAt } from './threshold.ts'

export interface ThresholdChartProps {
  readonly curve: ThresholdsReply
  /** Index of the chosen threshold. */
  readonly chosen: number
  readonly onChoose: (index: number) => void
  readonly unit: string
  /** What is flagged, in the plural. */
  readonly things: string
}

export function ThresholdChart(props: ThresholdChartProps): JSX.Element {
  const id = createUniqueId()
  const at = () => pointAt(props.curve, props.chosen)
  const told = (): string =>
    `from ${plain(at().threshold)} ${props.unit}: ${share(at().flagged, props.curve.cases)} ${props.things} flagged, ${percent(at().precision)} of them rightly, ${percent(at().recall)} of all found`
  return (
    <>
      <Measured>{(width) => <Curve {...props} width={width} />}</Measured>
      <label class="case-slider" for={id}>
        <span>Flag from</span>
        <input
          id={id}
          type="range"
          min="0"
          max={props.curve.thresholds.length - 1}
          // To the right the threshold rises.
          value={props.curve.thresholds.length - 1 - props.chosen}
          aria-valuetext={told()}
          onInput={(event) => props.onChoose(props.curve.thresholds.length - 1 - event.currentTarget.valueAsNumber)}
        />
        <output for={id}>{`${plain(at().threshold)} ${props.unit}`}</output>
      </label>
      <dl class="case-facts">
        <div title="Of what is flagged, how much the source does not have.">
          <dt>precision</dt>
          <dd>{percent(at().precision)}</dd>
        </div>
        <div title="Of all that the source does not have, how much is flagged.">
          <dt>recall</dt>
          <dd>{percent(at().recall)}</dd>
        </div>
        <div>
          <dt>flagged</dt>
          <dd>{share(at().flagged, props.curve.cases)}</dd>
        </div>
      </dl>
    </>
  )
}

function Curve(props: ThresholdChartProps & { readonly width: number }): JSX.Element {
  const plot = createMemo(() => makePlot(props.width, 190, [0, 1], [0, 1]))
  const path = createMemo(() =>
    linePath(props.curve.precision.map((right, i) => [plot().x(props.curve.recall[i] ?? 0), plot().y(right)] as const)),
  )
  const base = (): number => props.curve.positives / Math.max(1, props.curve.cases)
  const at = () => pointAt(props.curve, props.chosen)
  const drag = (event: PointerEvent & { readonly currentTarget: SVGGElement }): void => {
    if (event.type === 'pointermove' && event.buttons === 0) return
    if (event.type === 'pointerdown') event.currentTarget.setPointerCapture(event.pointerId)
    const box = event.currentTarget.ownerSVGElement!.getBoundingClientRect() // the group stands in a drawing
    const [x, y] = [event.clientX - box.left, event.clientY - box.top]
    props.onChoose(nearestPoint(props.curve, { recall: plot().x.invert(x), precision: plot().y.invert(y) }))
  }
  return (
    <Chart
      plot={plot()}
      label={`Precision against recall over ${props.curve.thresholds.length} thresholds`}
      xTitle="recall"
      yTitle="precision"
      xFormat={(value) => `${Math.round(value * 100)} %`}
      yFormat={(value) => `${Math.round(value * 100)} %`}
    >
      <line class="level" x1={plot().x(0)} x2={plot().x(1)} y1={plot().y(base())} y2={plot().y(base())} />
      <text class="aside" x={plot().x(0) + 4} y={plot().y(base()) - 4}>
        {`flagging all: ${percent(base())}`}
      </text>
      <path class="curve invented" d={path()} />
      {/* The slider below is the way by key; this is the same by pointer. */}
      <g class="draggable" onPointerDown={drag} onPointerMove={drag}>
        <rect
          class="catch"
          x={plot().x(0)}
          y={plot().y(1)}
          width={plot().x(1) - plot().x(0)}
          height={plot().y(0) - plot().y(1)}
        />
        <circle class="handle" cx={plot().x(at().recall)} cy={plot().y(at().precision)} r="5" />
      </g>
    </Chart>
  )
}
