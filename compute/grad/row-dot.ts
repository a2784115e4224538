import { isSameDim } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import { mul } from '#compute/ops/elementwise.ts'
import { matMul } from '#compute/ops/matrix.ts'
import { sum } from '#compute/ops/reduce.ts'
import { reshape, transposeLast } from '#compute/ops/shape.ts'

/**
 * Σ_j g_ij·y_ij. In attention g = a·vᵀ, so that it is the dot of row i of a with row i of y·v, which the forward pass has
 * computed: a sum over the width of a head instead of over all keys (Dao et al. 2022 use the same identity).
 */
export function rowDot(g: Value, y: Value): Value {
  const product = beforeUngrouping(g)
  const [a, b] = product.node.inputs
  const isProduct = product.node.op === 'MatMul' && a && b && b.node.op === 'Transpose' && b.shape.length > 2
  if (!isProduct) return sum(mul(g, y), [-1], true)
  const grouped = product === g ? y : reshape(y, [...y.shape.slice(0, -3), ...product.shape.slice(-3)])
  const dots = sum(mul(a, matMul(grouped, transposeLast(b))), [-1], true)
  return product === g ? dots : reshape(dots, [...g.shape.slice(0, -1), 1])
}

/** Where heads share keys, their rows stand in one product, and are taken apart by a Reshape: what was there before it. */
function beforeUngrouping(g: Value): Value {
  const [x] = g.node.inputs
  const [heads, rows] = [g.shape.length - 3, g.shape.length - 2]
  const isRegrouped =
    g.node.op === 'Reshape' &&
    x?.shape.length === g.shape.length &&
    g.shape.every((dim, i) => i === heads || i === rows || isSameDim(dim, x.shape[i]!))
  return isRegrouped ? x : g
}
