/** What stands on an evidence chip. */
import type { Evidence } from '#collab/wire/document.ts'
import { plain, signed } from '#web/marks/numbers.ts'

type Value = Pick<Evidence, 'value' | 'unit' | 'about' | 'run'>

/** The number with its unit; contributions carry their sign, measured amounts do not. */
export function evidenceValue({ value, unit, run }: Value): string {
  if (value === null) return 'no value'
  const number = run === null ? plain(value, unit === 'nats log-prob' ? 3 : 2) : signed(value)
  return unit === '' ? number : `${number} ${unit}`
}

/** The bar at the chip's edge: the fill that the value had, as one of the nine stops of its ramp. */
export function evidenceColour({ value, run }: Value, reach: number): string {
  if (value === null) return 'var(--line-control)'
  if (run === null) return 'var(--entropy)'
  const stop = Math.min(8, Math.round((8 * Math.abs(value)) / reach))
  return `var(--${value < 0 ? 'away' : 'toward'}-${stop})`
}

/** The scale of chips: the view's own scale is not known without opening it, so 1.5 nats is full. */
export const chipReach = 1.5
