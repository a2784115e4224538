/** Everything around the cells of a pattern: rulers, sums, mask, sink, frames of what is chosen, cross-hair. */
import type { JSX } from 'solid-js'
import { createMemo, createUniqueId, Show } from 'solid-js'
import { plain } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import { drawnAt } from './element-size.ts'
import type { Sums } from './pattern.ts'
import type { PatternFrame } from './pattern-frame.ts'
import { xOf, yOf } from './pattern-frame.ts'
import type { Marked } from './pattern-marks.ts'
import {
  hairPath,
  isInside,
  isStrongKey,
  labelOf,
  maskedPath,
  namedKeys,
  namedQueries,
  receivedPath,
  shorten,
} from './pattern-marks.ts'

export interface OverlayProps {
  readonly figure: Marked & { readonly kind: 'amount' | 'signed'; readonly scale: number }
  readonly frame: PatternFrame
  readonly sums: Sums
}

export function Overlay(props: OverlayProps): JSX.Element {
  const hatch = createUniqueId()
  return (
    <svg {...drawnAt(props.frame.width, props.frame.height, props.figure.scale)} aria-hidden="true">
      <defs>
        <pattern id={hatch} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0v4" class="hatch-line" />
        </pattern>
      </defs>
      <Show when={props.figure.sides.causal}>
        <path class="masked" d={maskedPath(props.frame, props.figure.pattern)} />
      </Show>
      <rect
        class="pattern-edge"
        x={props.frame.left - 0.5}
        y={props.frame.top - 0.5}
        width={props.frame.right - props.frame.left + 1}
        height={props.frame.bottom - props.frame.top + 1}
      />
      <Show when={props.figure.hidden !== null}>
        <rect
          fill={`url(#${hatch})`}
          x={props.frame.left + (props.figure.hidden ?? 0) * props.frame.across}
          y={props.frame.top}
          width={Math.max(3, props.frame.across)}
          height={props.frame.bottom - props.frame.top}
        />
      </Show>
      <Received {...props} />
      <Show when={props.frame.sumWidth > 20}>
        <RowSums {...props} />
      </Show>
      <KeyNames {...props} />
      <QueryNames {...props} />
      <Chosen {...props} />
    </svg>
  )
}

function Received(props: OverlayProps): JSX.Element {
  return (
    <>
      <path class="received" d={receivedPath(props.sums, props.frame, props.figure.hidden)} />
      <text x={props.frame.left - 6} y={props.frame.bottom + 11} text-anchor="end">
        received
      </text>
      <Show when={props.frame.sumWidth > 20}>
        <text x={props.frame.right + 4} y={props.frame.bottom + 11}>
          max {plain(props.sums.mostReceived, props.figure.kind === 'signed' ? 2 : 1)}
        </text>
      </Show>
    </>
  )
}

/** Dots beside the rows, on an axis from 0 to 1 (of attributions: to the largest): what the row has on the keys shown. */
function RowSums(props: OverlayProps): JSX.Element {
  const most = createMemo(() =>
    props.figure.kind === 'amount' ? 1 : props.sums.rows.reduce((all, sum) => Math.max(all, Math.abs(sum)), 1e-9),
  )
  const start = (): number => props.frame.right + 6
  const length = (): number => props.frame.sumWidth - 14
  const end = (sum: number): number => start() + length() * Math.min(1, Math.abs(sum) / most())
  const isChosen = (query: number): boolean => isInside(props.figure.rows, query)
  return (
    <>
      <text x={start()} y={props.frame.top - 14}>
        row sum
      </text>
      <text x={start()} y={props.frame.top - 4} text-anchor="middle">
        0
      </text>
      <text x={start() + length()} y={props.frame.top - 4} text-anchor="middle">
        {props.figure.kind === 'amount' ? '1' : plain(most(), most() < 0.1 ? 3 : 1)}
      </text>
      <Show when={props.frame.down >= 2.5}>
        <For each={Array.from(props.sums.rows)}>
          {(sum, query) => (
            <g class="row-sum" data-chosen={isChosen(query()) || undefined}>
              <path d={`M${start()} ${yOf(props.frame, query())}H${end(sum)}`} />
              <circle
                cx={end(sum)}
                cy={yOf(props.frame, query())}
                r={isChosen(query()) ? 2.2 : 1.4}
                data-minus={sum < 0 || undefined}
              />
            </g>
          )}
        </For>
      </Show>
    </>
  )
}

function KeyNames(props: OverlayProps): JSX.Element {
  const shown = createMemo(() => namedKeys(props.figure, props.sums, props.frame))
  return (
    <For each={shown()}>
      {(key) => (
        <g class="ruler" data-strong={isStrongKey(props.figure, key) || undefined}>
          <text transform={`translate(${xOf(props.frame, key) + 3},${props.frame.top - 5}) rotate(-52)`}>
            {shorten(labelOf(props.figure.sides.keys, key), 9)}
          </text>
          <Show when={isStrongKey(props.figure, key)}>
            <path d={`M${xOf(props.frame, key)} ${props.frame.top - 3}v3`} />
          </Show>
        </g>
      )}
    </For>
  )
}

function QueryNames(props: OverlayProps): JSX.Element {
  const shown = createMemo(() => namedQueries(props.figure, props.sums, props.frame))
  const isStrong = (query: number): boolean => isInside(props.figure.rows, query) || props.figure.spot?.query === query
  return (
    <For each={shown()}>
      {(query) => (
        <g class="ruler" data-strong={isStrong(query) || undefined}>
          <text x={props.frame.left - 6} y={yOf(props.frame, query) + 3.5} text-anchor="end">
            {shorten(labelOf(props.figure.sides.queries, query), props.frame.left < 60 ? 7 : 10)}
          </text>
        </g>
      )}
    </For>
  )
}

/** The chosen rows and columns in frames, and the cross-hair. */
function Chosen(props: OverlayProps): JSX.Element {
  return (
    <>
      <Show when={props.figure.columns}>
        {(columns) => (
          <rect
            class="chosen-columns"
            x={props.frame.left + columns()[0] * props.frame.across - 1}
            y={props.frame.top - 1}
            width={(columns()[1] - columns()[0] + 1) * props.frame.across + 2}
            height={props.frame.bottom - props.frame.top + 2}
          />
        )}
      </Show>
      <Show when={props.figure.rows}>
        {(rows) => (
          <rect
            class="chosen-rows"
            x={props.frame.left - 1}
            y={props.frame.top + rows()[0] * props.frame.down - 1}
            width={props.frame.right - props.frame.left + 2}
            height={(rows()[1] - rows()[0] + 1) * props.frame.down + 2}
          />
        )}
      </Show>
      <path class="cross-hair" d={hairPath(props.figure.spot, props.frame)} />
    </>
  )
}
