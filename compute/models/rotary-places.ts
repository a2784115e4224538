/** Where the tokens of a decoder with rotary positions stand: their turns, and what they may see. */
import type { Dim, Value } from '#compute/graph/value.ts'
import { causalMask } from '#compute/ops/attention.ts'
import { vector } from '#compute/ops/constant.ts'
import { add } from '#compute/ops/elementwise.ts'
import { sizeOf, unsqueeze } from '#compute/ops/shape.ts'
import { fedPositions } from './blocks.ts'
import type { DecoderInput, Rows } from './model.ts'
import { turnsAt } from './rotary.ts'
import type { Turn } from './rotary.ts'
import type { RopeParameters } from './rope-parameters.ts'

/** What one layer needs to know. */
export interface Place {
  readonly keys: Turn
  readonly queries: Turn
  /** Mask for that many keys, seen through a window or not; null where nothing is hidden. */
  readonly mask: (keys: Dim, window: number | null) => Value | null
}

/** The place of the queries of all fed tokens, which layers share, or of those of picked rows. */
export function placesOf(rope: RopeParameters, input: DecoderInput): (rows: Rows | undefined) => Place {
  const { embeddings, past } = input
  const tokens = embeddings.shape.at(-2)!
  const here = typeof tokens === 'number' ? vector('int64', [tokens]) : sizeOf(tokens)
  const length = past === undefined ? here : add(past.length, 1)
  const positions = unsqueeze(fedPositions(input), [1])
  const keys = turnsAt(rope, positions, length)
  const mask = remembered((count, window) =>
    past !== undefined && window === null ? null : causalMask(positions, count, window),
  )
  const all: Place = { keys, queries: keys, mask }
  const picked = ({ positions: own }: Rows): Place => ({
    keys,
    queries: turnsAt(rope, own, length),
    mask: (count, window) => causalMask(own, count, window),
  })
  return (rows) => (rows === undefined ? all : picked(rows))
}

/** One mask for all layers that see alike. */
function remembered(build: Place['mask']): Place['mask'] {
  const masks = new Map<Dim, Map<number | null, Value | null>>()
  return (keys, window) => {
    const known = masks.get(keys) ?? new Map<number | null, Value | null>()
    masks.set(keys, known)
    const found = known.get(window)
    if (found !== undefined) return found
    const mask = build(keys, window)
    known.set(window, mask)
    return mask
  }
}
