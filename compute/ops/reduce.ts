/** Operators that fold axes away. */
import { makeNode, makeValue } from '#compute/graph/node.ts'
import type { Op } from '#compute/graph/op-set.ts'
import { resolveAxis } from '#compute/graph/value.ts'
import type { Dim, Shape, Value } from '#compute/graph/value.ts'
import { add, exp, log, sub } from './elementwise.ts'
import { vector } from './constant.ts'

export function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return keep ? shape.map((dim, i) => (axes.includes(i) ? 1 : dim)) : shape.filter((_, i) => !axes.includes(i))
}

function reduce(op: Op, x: Value, axes: readonly number[], keep: boolean): Value {
  const resolved = axes.map((axis) => resolveAxis(axis, x.shape.length))
  const attributes = { keepdims: { int: keep ? 1 : 0 } }
  return makeValue(op, [x, vector('int64', resolved)], attributes, x.dtype, reducedShape(x.shape, resolved, keep))
}

export const sum = (x: Value, axes: readonly number[], keep = false): Value => reduce('ReduceSum', x, axes, keep)
export const mean = (x: Value, axes: readonly number[], keep = false): Value => reduce('ReduceMean', x, axes, keep)
export const largest = (x: Value, axes: readonly number[], keep = false): Value => reduce('ReduceMax', x, axes, keep)

/** log Σ exp over the last axis, kept; stable for any finite entries. */
export function logSumExp(x: Value): Value {
  const top = largest(x, [-1], true)
  return add(top, log(sum(exp(sub(x, top)), [-1], true)))
}

/** Index of the largest entry of the last axis, the first of equals, as int64. */
export const argMax = (x: Value): Value =>
  makeValue('ArgMax', [x], { axis: { int: -1 }, keepdims: { int: 0 } }, 'int64', x.shape.slice(0, -1))

/** The `count` largest entries of the last axis, largest first, and their indices. */
export function topK(x: Value, count: Value, size: Dim): { readonly values: Value; readonly indices: Value } {
  const shape = [...x.shape.slice(0, -1), size]
  const attributes = { axis: { int: -1 }, largest: { int: 1 }, sorted: { int: 1 } }
  const node = makeNode('TopK', [x, count], attributes, [
    { dtype: x.dtype, shape },
    { dtype: 'int64', shape },
  ])
  return { values: node.outputs[0]!, indices: node.outputs[1]! }
}
