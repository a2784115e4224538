/** Where the focus goes in a lane. */
import type { Piece } from '#web/marks/pieces.ts'
import { wordSpan } from '#web/marks/pieces.ts'
import type { Unit } from './frame.ts'

/** The token after a key; null for keys that do not move. By words the focus lands on a word's first piece. */
export function moveFocus(key: string, at: number, pieces: readonly Piece[], unit: Unit): number | null {
  const end = pieces.length - 1
  if (key === 'Home') return 0
  if (key === 'End') return end
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return null
  const forward = key === 'ArrowRight'
  if (unit === 'pieces') return Math.min(end, Math.max(0, at + (forward ? 1 : -1)))
  const [first, last] = wordSpan(pieces, at)
  if (forward) return last < end ? last + 1 : first
  return first === 0 ? 0 : first < at ? first : wordSpan(pieces, first - 1)[0]
}

/** The next or previous of the five output tokens that the model was least sure of, in reading order. Null if there is none. */
export function nextUncertain(entropies: readonly number[], at: number | null, forward: boolean): number | null {
  const doubtful = entropies
    .map((entropy, index) => ({ entropy, index }))
    .sort((left, right) => right.entropy - left.entropy)
    .slice(0, 5)
    .map(({ index }) => index)
    .sort((left, right) => left - right)
  if (at === null) return (forward ? doubtful[0] : doubtful.at(-1)) ?? null
  if (forward) return doubtful.find((index) => index > at) ?? null
  return doubtful.filter((index) => index < at).at(-1) ?? null
}
