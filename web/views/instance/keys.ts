/** Where the focus goes in a lane. */
import type { Piece, Unit } from '#web/marks/pieces.ts'
import { groupSpan } from '#web/marks/pieces.ts'

/** The token after a key; null for keys that do not move. By words or sentences the focus lands on the first piece of one. */
export function moveFocus(key: string, at: number, pieces: readonly Piece[], unit: Unit): number | null {
  const end = pieces.length - 1
  if (key === 'Home') return 0
  if (key === 'End') return end
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return null
  const forward = key === 'ArrowRight'
  if (unit === 'pieces') return Math.min(end, Math.max(0, at + (forward ? 1 : -1)))
  const [first, last] = groupSpan(pieces, at, unit)
  if (forward) return last < end ? last + 1 : first
  return first === 0 ? 0 : first < at ? first : groupSpan(pieces, first - 1, unit)[0]
}
