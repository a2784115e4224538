/** Scaled dot-product attention, taken apart so that every part can be read, scaled or masked. */
import type { Dim, Value } from '#compute/graph/value.ts'
import { add, lessOrEqual, mul, where } from './elementwise.ts'
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

/** softmax(q·kᵀ·scale + mask) over the keys: [..., heads, queries, keys]. */
export function attentionWeights(q: Value, k: Value, scale: number, mask: Value | null): Value {
  const scores = matMul(scale === 1 ? q : mul(q, scale), transposeLast(k))
  return softmax(mask === null ? scores : add(scores, mask))
}

/** Mask of keys after each query: 0 where key ≤ query, hidden elsewhere. `queries` int64 [..., 1]: their positions. */
export function causalMask(queries: Value, keys: Dim): Value {
  return where(lessOrEqual(positionsUpTo(keys), queries), scalar('float32', 0), hidden)
}
