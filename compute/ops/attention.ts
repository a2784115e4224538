/** Scaled dot-product attention, taken apart so that every part can be read, scaled or masked. */
import { makeSize } from '#compute/graph/value.ts'
import type { Dim, Value } from '#compute/graph/value.ts'
import { add, and, greater, lessOrEqual, mul, sub, where } from './elementwise.ts'
import { matMul } from './matrix.ts'
import { softmax } from './normalise.ts'
import { positionsUpTo, reshape, transpose, transposeLast } from './shape.ts'
import { scalar } from './constant.ts'

/** Added to the score of a key that may not be seen: exp of it is 0, and two of them added stay finite. */
const hidden = -1e9

/** [..., tokens, heads · width] → [..., heads, tokens, width] */
export function splitHeads(x: Value, heads: number): Value {
  const width = x.shape.at(-1)! as number // a weight made it, so it is known
  return swapHeads(reshape(x, [...x.shape.slice(0, -1), heads, width / heads]))
}

/** [..., heads, tokens, width] → [..., tokens, heads · width] */
export function mergeHeads(x: Value): Value {
  const [heads, , width] = x.shape.slice(-3) as [number, Dim, number] // as split above
  const swapped = swapHeads(x)
  return reshape(swapped, [...swapped.shape.slice(0, -2), heads * width])
}

function swapHeads(x: Value): Value {
  const axes = x.shape.map((_, i) => i)
  const [a, b, c] = axes.splice(-3) as [number, number, number] // three axes by construction
  return transpose(x, [...axes, b, a, c])
}

/**
 * [..., heads, tokens, n] → [..., key heads, group · tokens, n]: heads that share a key head become rows of one product, so that
 * nothing is repeated, forwards or backwards.
 */
export function groupRows(x: Value, keyHeads: number): Value {
  const [heads, tokens, n] = x.shape.slice(-3) as [number, Dim, Dim] // as split above
  if (heads === keyHeads) return x
  const rows = typeof tokens === 'number' ? (heads / keyHeads) * tokens : makeSize(`grouped ${tokens.name}`)
  return reshape(x, [...x.shape.slice(0, -3), keyHeads, rows, n])
}

/** [..., key heads, group · tokens, n] → [..., heads, tokens, n] */
export const ungroupRows = (x: Value, heads: number, tokens: Dim): Value =>
  reshape(x, [...x.shape.slice(0, -3), heads, tokens, x.shape.at(-1)!])

/** softmax(q·kᵀ·scale + mask) over the keys: [..., heads, queries, keys]; `k` may have fewer heads, each for a group of `q`'s. */
export function attentionWeights(q: Value, k: Value, scale: number, mask: Value | null): Value {
  const [heads, tokens] = q.shape.slice(-3) as [number, Dim]
  const rows = groupRows(scale === 1 ? q : mul(q, scale), k.shape.at(-3) as number)
  const scores = ungroupRows(matMul(rows, transposeLast(k)), heads, tokens)
  return softmax(mask === null ? scores : add(scores, mask))
}

/**
 * Mask of keys after each query: 0 where key ≤ query, hidden elsewhere; with a window, keys `window` or more before it are
 * hidden too. `queries` int64 [..., 1]: their positions.
 */
export function causalMask(queries: Value, keys: Dim, window: number | null = null): Value {
  const positions = positionsUpTo(keys)
  const isBefore = lessOrEqual(positions, queries)
  const isSeen = window === null ? isBefore : and(isBefore, greater(positions, sub(queries, window)))
  return where(isSeen, scalar('float32', 0), hidden)
}
