/** Undoing broadcast: an input that was repeated receives the sum of the cotangents of its copies. */
import { sum } from '#compute/ops/reduce.ts'
import { expand } from '#compute/ops/shape.ts'
import { printShape } from '#compute/graph/value.ts'
import type { Dim, Shape, Size, Value } from '#compute/graph/value.ts'
import { ComputeError } from '#compute/errors.ts'

/**
 * Reduces (or repeats) a cotangent to `shape`, that of its value. With `kept`, the first axis of the cotangent stands before
 * the axes of the value and is never summed.
 */
export function sumTo(cotangent: Value, shape: Shape, kept: Size | null): Value {
  const target = kept === null ? shape : [kept, ...shape]
  const lead = kept === null ? 0 : 1
  if (kept !== null && cotangent.shape[0] !== kept) {
    throw new ComputeError('internal', `internal: cotangent ${printShape(cotangent.shape)} lost its axis ${kept.name}`)
  }
  const extra = cotangent.shape.length - target.length
  const surplus = Array.from({ length: Math.max(0, extra) }, (_, i) => lead + i)
  const folded = surplus.length > 0 ? sum(cotangent, surplus) : cotangent
  const offset = target.length - folded.shape.length
  const isRepeated = (dim: Dim, i: number): boolean => i >= lead && dim !== 1 && target[i + offset] === 1
  const repeated = folded.shape.flatMap((dim, i) => (isRepeated(dim, i) ? [i] : []))
  const summed = repeated.length > 0 ? sum(folded, repeated, true) : folded
  const needsRepeat = summed.shape.length < target.length || summed.shape.some((dim, i) => dim === 1 && target[i] !== 1)
  return needsRepeat ? expand(summed, target) : summed
}
