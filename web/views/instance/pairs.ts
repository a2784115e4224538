/** Interactions of pairs of tokens as the panel reads them: which two, and how much they did together. Pure. */
import type { Tensor } from '#web/api/safetensors.ts'
import type { Piece } from '#web/marks/pieces.ts'
import type { Side } from './frame.ts'
import type { Layout } from './layout.ts'

export const pairKinds = ['masked-pairs', 'integrated-hessians', 'attention-edges'] as const
export type PairKind = (typeof pairKinds)[number]

/** A token of the matrix; `null` is the start token, which stands in no lane. */
export interface Place {
  readonly side: Side
  readonly index: number
}

export interface Pair {
  readonly first: Place
  readonly second: Place
  /** Signed, in the unit of F. */
  readonly value: number
}

export interface Pairs {
  /** Tokens that took part: source, then earlier output. */
  readonly places: readonly (Place | null)[]
  /** Value of the pair of rows a and b, a ≠ b; NaN while it is not known. */
  at(a: number, b: number): number
  /** ± this is the full colour: the largest pair. */
  readonly reach: number
}

/**
 * The pairs of one target. Masked pairs are one number a pair. The other two kinds put what a pair did together into two entries,
 * [i, j] and [j, i], which add up. Null where the matrix is of another text.
 */
export function readPairs(tensor: Tensor, kind: PairKind, layout: Layout, target: number): Pairs | null {
  const [size = 0] = tensor.shape
  if (tensor.data.length !== size * size || size < layout.source) return null
  const rows = rowsOf(layout, target, size)
  const at = (a: number, b: number): number => {
    const [i, j] = [rows[a]!.row, rows[b]!.row] // asked for rows that are there
    const one = tensor.data[i * size + j] ?? 0
    return kind === 'masked-pairs' ? one : one + (tensor.data[j * size + i] ?? 0)
  }
  let reach = 0
  for (let a = 0; a < rows.length; a++) {
    for (let b = 0; b < a; b++) {
      const size = Math.abs(at(a, b))
      if (size > reach) reach = size // never for NaN
    }
  }
  return { places: rows.map(({ place }) => place), at, reach }
}

/** Source tokens and the outputs before the target; the start token stands between them in an encoder-decoder model. */
function rowsOf(
  layout: Layout,
  target: number,
  size: number,
): readonly { readonly row: number; readonly place: Place | null }[] {
  const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
  const source = range(layout.source).map((index) => ({ row: index, place: { side: 'source', index } as const }))
  const shift = layout.kind === 'decoder-only' ? 0 : 1
  const start = shift === 1 ? [{ row: layout.source, place: null }] : []
  const output = range(target).map((index) => ({
    row: layout.source + shift + index,
    place: { side: 'output', index } as const,
  }))
  return [...source, ...start, ...output].filter(({ row }) => row < size)
}

/** The `most` pairs of the largest absolute value, the largest first; those with the start token are left out. */
export function topPairs({ places, at }: Pairs, most: number): readonly Pair[] {
  const best: Pair[] = []
  for (let a = 0; a < places.length; a++) {
    for (let b = 0; b < a; b++) {
      const [first, second] = [places[b], places[a]]
      if (!first || !second) continue
      const value = at(a, b)
      if (
        value === 0 ||
        Number.isNaN(value) ||
        (best.length === most && Math.abs(value) <= Math.abs(best.at(-1)!.value))
      )
        continue // full, so there is a last
      const place = best.findIndex((pair) => Math.abs(pair.value) < Math.abs(value))
      best.splice(place === -1 ? best.length : place, 0, { first, second, value })
      if (best.length > most) best.pop()
    }
  }
  return best
}

/** Whether a token is one of the two. */
export const hasPlace = ({ first, second }: Pair, { side, index }: Place): boolean =>
  (first.side === side && first.index === index) || (second.side === side && second.index === index)

export const nameOf = (place: Place | null, pieces: Readonly<Record<Side, readonly Piece[]>>): string =>
  place === null ? 'start' : (pieces[place.side][place.index]?.label ?? '')

/** How many runs of the model masked pairs need: none masked, all, each, and each two of n tokens. */
export const maskedRuns = (tokens: number): number => 2 + tokens + (tokens * (tokens - 1)) / 2
