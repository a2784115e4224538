/** Ablation curves drawn: a colour for each ranking, solid for the most important first, dashed for the least; random in grey. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal, Show } from 'solid-js'
import { plain, signed } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import type { CardAnchor, CardText } from '#web/widgets/hover-card.tsx'
import { HoverCard } from '#web/widgets/hover-card.tsx'
import type { CurveAxes, CurveLine } from './curve-frame.ts'
import { bandPath, curveAxes, linePath, spreadEnds } from './curve-frame.ts'
import { useBoard } from './board.ts'
import { createSize, drawnAt } from './element-size.ts'
import { placeOn } from './scatter-frame.ts'

/** Around the plot: names of ticks; and of lines, in the order of their ends, each with a sample: without any head all end in one point. */
const edge = { left: 40, right: 136, top: 8, bottom: 30 } as const

const colours: Readonly<Record<string, string>> = {
  attribution: 'var(--topic-3)',
  gradient: 'var(--topic-5)',
  attention: 'var(--topic-6)',
}

export const colourOf = ({ ranking }: CurveLine): string => colours[ranking] ?? 'var(--ink-3)'

/** "Attribution, most first". */
export const lineName = ({ ranking, first }: CurveLine): string => {
  const name = ranking.charAt(0).toLocaleUpperCase() + ranking.slice(1)
  return first === null ? `${name} orders` : `${name}, ${first} first`
}

export function CurvePlot(props: { readonly lines: readonly CurveLine[] }): JSX.Element {
  const board = useBoard()
  const size = createSize(board.scale)
  const [anchor, setAnchor] = createSignal<CardAnchor | null>(null)
  const axes = createMemo(() => curveAxes(props.lines, size.width(), size.height()))
  const bottom = (): number => size.height() - edge.bottom
  const right = (): number => size.width() - edge.right
  const x = (value: number): number => edge.left + placeOn(axes().across, value) * (right() - edge.left)
  const y = (value: number): number => bottom() - placeOn(axes().up, value) * (bottom() - edge.top)
  const ends = createMemo(() =>
    spreadEnds(
      props.lines.map(({ points }) => y(points.at(-1)?.value ?? 0) + 3.5),
      11,
      bottom() + 3,
    ),
  )
  return (
    <div class="curve-plot" ref={(element) => size.watch(element)} onPointerLeave={() => setAnchor(null)}>
      <Show when={size.width() > 0}>
        <svg {...drawnAt(size.width(), size.height(), board.scale())} role="img" aria-label={describe(props.lines)}>
          <Axes axes={axes()} x={x} y={y} right={right()} bottom={bottom()} />
          <For each={props.lines}>
            {(line) => <path class="curve-band" style={{ fill: colourOf(line) }} d={bandPath(line, x, y)} />}
          </For>
          <For each={props.lines}>
            {(line, at) => (
              <g>
                <path
                  class="curve"
                  data-first={line.first}
                  style={{ stroke: colourOf(line) }}
                  d={linePath(line, x, y)}
                />
                <For each={line.points}>
                  {(point) => (
                    <circle
                      class="curve-point"
                      style={{ fill: colourOf(line) }}
                      cx={x(point.removed)}
                      cy={y(point.value)}
                      r="2.500"
                      onPointerEnter={(event) =>
                        setAnchor({ element: event.currentTarget, text: () => cardOf(line, point) })
                      }
                    />
                  )}
                </For>
                <text x={right() + 26} y={ends()[at()] ?? 0}>
                  {lineName(line)}
                </text>
                <path
                  class="curve"
                  data-first={line.first}
                  style={{ stroke: colourOf(line) }}
                  d={`M${right() + 6} ${(ends()[at()] ?? 0) - 3.5}h16`}
                />
              </g>
            )}
          </For>
        </svg>
      </Show>
      <HoverCard anchor={anchor} />
    </div>
  )
}

function cardOf(line: CurveLine, { removed, value, low, high }: CurveLine['points'][number]): CardText {
  return {
    title: lineName(line),
    note: `${removed} heads left out`,
    rows: [
      ['change', `${signed(value, 3)} nats a token`],
      ['95 % interval', `${signed(low, 3)} to ${signed(high, 3)}`],
    ],
  }
}

const describe = (lines: readonly CurveLine[]): string =>
  `Ablation curves. With all heads left out: ${lines
    .map((line) => `${lineName(line)} ${signed(line.points.at(-1)?.value ?? 0)} nats`)
    .join(', ')}. The table has every number.`

function Axes(props: {
  readonly axes: CurveAxes
  readonly x: (value: number) => number
  readonly y: (value: number) => number
  readonly right: number
  readonly bottom: number
}): JSX.Element {
  return (
    <g aria-hidden="true">
      <For each={props.axes.up.ticks}>
        {(tick) => (
          <>
            <path class="axis grid-line" d={`M${edge.left} ${props.y(tick)}H${props.right}`} />
            <text x={edge.left - 5} y={props.y(tick) + 3.5} text-anchor="end">
              {plain(tick, Math.abs(tick) < 10 ? 1 : 0)}
            </text>
          </>
        )}
      </For>
      <path class="axis" d={`M${edge.left} ${edge.top}V${props.bottom}H${props.right}`} />
      <For each={props.axes.across.ticks}>
        {(tick) => (
          <text x={props.x(tick)} y={props.bottom + 12} text-anchor="middle">
            {tick}
          </text>
        )}
      </For>
      <text class="axis-name" x={(edge.left + props.right) / 2} y={props.bottom + 25} text-anchor="middle">
        heads left out
      </text>
    </g>
  )
}
