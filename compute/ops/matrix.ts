/** Matrix products. */
import { ComputeError } from '#compute/errors.ts'
import { makeValue } from '#compute/graph/node.ts'
import { printShape } from '#compute/graph/value.ts'
import type { Shape, Value } from '#compute/graph/value.ts'
import { broadcastShape } from './elementwise.ts'
import { flatten, reshape } from './shape.ts'

function checkInner(a: Shape, b: Shape, inner: number, other: number): void {
  const left = a.at(inner)
  const right = b.at(other)
  if (typeof left === 'number' && typeof right === 'number' && left !== right) {
    throw new ComputeError('shape-mismatch', `${printShape(a)} × ${printShape(b)}: inner sizes must agree`)
  }
}

/** a · b over the last two axes; leading axes broadcast. */
export function matMul(a: Value, b: Value): Value {
  checkInner(a.shape, b.shape, -1, -2)
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2), 'MatMul')
  return makeValue('MatMul', [a, b], {}, a.dtype, [...batch, a.shape.at(-2)!, b.shape.at(-1)!])
}

/** x · wᵀ + bias for a matrix x [rows, in], w [out, in]: the weight is read as it is stored, never transposed. */
export function gemmTransposed(x: Value, w: Value, bias: Value | null): Value {
  checkInner(x.shape, w.shape, -1, -1)
  const inputs = bias === null ? [x, w] : [x, w, bias]
  return makeValue('Gemm', inputs, { transB: { int: 1 } }, x.dtype, [x.shape[0]!, w.shape[0]!])
}

/** A linear layer with Hugging Face's weight [out, in], over the last axis of x. */
export function linear(x: Value, w: Value, bias: Value | null): Value {
  const y = gemmTransposed(flatten(x), w, bias)
  return reshape(y, [...x.shape.slice(0, -1), w.shape[0]!])
}
