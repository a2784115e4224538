/** What the fills mean: which triangle is what, both ends of the scale with numbers, and the unit. */
import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import { plain } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import { useBoard } from './board.ts'
import type { Cells } from './cells.ts'
import type { Metric } from './metrics.ts'

const steps = [1, 2, 3, 4, 5, 6, 7, 8] as const

/** A ramp of the theme, from zero or from minus to plus. */
export const RampKey = (props: { readonly signed: boolean }): JSX.Element => (
  <span class="ramp" aria-hidden="true">
    <Show when={props.signed}>
      <For each={steps.toReversed()}>{(step) => <i style={{ background: `var(--away-${step})` }} />}</For>
    </Show>
    <For each={[0, ...steps]}>
      {(step) => <i style={{ background: `var(--${props.signed ? 'toward' : 'amount'}-${step})` }} />}
    </For>
  </span>
)

const Glyph = (props: { readonly half: 'lower' | 'upper' | 'whole' }): JSX.Element => (
  <svg class="glyph" width="12" height="12" aria-hidden="true">
    <path d="M.5 .5h11v11h-11z" class="glyph-edge" />
    <path d={glyphs[props.half]} class="glyph-fill" />
  </svg>
)
const glyphs = { lower: 'M1 1v10h10z', upper: 'M1 1h10v10z', whole: 'M1 1h10v10h-10z' } as const

export interface LegendProps {
  readonly cells: Cells
  /** How many rows of the corpus the mean is of; null while there is none. */
  readonly rows: number | null
}

export function Legend(props: LegendProps): JSX.Element {
  const board = useBoard()
  const reach = (): number => Math.max(0, ...props.cells.maps.map((map) => map.reach))
  const digits = (): number => digitsFor(reach(), board.metric())
  const mode = (): string => board.settings().mode
  const halves = createMemo(() => props.cells.maps.some(({ upper }) => upper !== null))
  const whole = (): string => {
    if (mode() === 'difference') return 'this text − mean'
    return mode() === 'mean' ? meanText() : 'this text'
  }
  const meanText = (): string => (props.rows === null ? 'mean of the corpus' : `mean of ${props.rows} texts`)
  return (
    <div class="map-key">
      <Show
        when={halves()}
        fallback={
          <span>
            <Glyph half="whole" /> {whole()}
          </span>
        }
      >
        <span>
          <Glyph half="lower" /> {meanText()}
        </span>
        <span>
          <Glyph half="upper" /> this text
        </span>
      </Show>
      <span class="map-scale" title={`${board.metric().text} ${board.metric().formula} (${board.metric().source})`}>
        <Show when={board.settings().sharedScale || board.metric().most !== null} fallback="0">
          {props.cells.signed && reach() > 0 ? `−${plain(reach(), digits())}` : '0'}
        </Show>
        <RampKey signed={props.cells.signed} />
        <Show when={board.settings().sharedScale || board.metric().most !== null} fallback="largest of each map">
          {props.cells.signed && reach() > 0 ? '+' : ''}
          {reach() > 0 ? plain(reach(), digits()) : '–'} {board.metric().unit}
        </Show>
      </span>
    </div>
  )
}

/** Enough digits for the end of a scale. */
function digitsFor(reach: number, { digits }: Metric): number {
  if (reach >= 10) return 1
  return reach === 1 ? 0 : Math.max(digits, reach < 0.01 && reach > 0 ? 4 : 2)
}
