/** Picking entries by index. */
import { makeValue } from '#compute/graph/node.ts'
import { resolveAxis } from '#compute/graph/value.ts'
import type { DataType, Dim, Value } from '#compute/graph/value.ts'
import { cast, equal } from './elementwise.ts'
import { positionsUpTo, unsqueeze } from './shape.ts'

/** Slices of `x` along an axis, at `indices`, whose axes take the place of that axis. */
export function gather(x: Value, indices: Value, axis: number): Value {
  const at = resolveAxis(axis, x.shape.length)
  const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)]
  return makeValue('Gather', [x, indices], { axis: { int: at } }, x.dtype, shape)
}

/** 1 at the index, 0 elsewhere, along a new last axis of `size` entries. */
export const oneHot = (indices: Value, size: Dim, dtype: DataType): Value =>
  cast(equal(unsqueeze(indices, [-1]), positionsUpTo(size)), dtype)
