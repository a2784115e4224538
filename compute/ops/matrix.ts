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

/** x · w + bias, or x · wᵀ + bias, for a matrix x: the weight is read as it is stored. */
function gemm(x: Value, w: Value, bias: Value | null, isTransposed: boolean): Value {
  checkInner(x.shape, w.shape, -1, isTransposed ? -1 : -2)
  const inputs = bias === null ? [x, w] : [x, w, bias]
  const width = w.shape[isTransposed ? 0 : 1]!
  return makeValue('Gemm', inputs, { transB: { int: isTransposed ? 1 : 0 } }, x.dtype, [x.shape[0]!, width])
}

/** A linear layer with weight [out, in], as PyTorch's Linear stores it, over the last axis of x. */
export function linear(x: Value, w: Value, bias: Value | null): Value {
  return reshape(gemm(flatten(x), w, bias, true), [...x.shape.slice(0, -1), w.shape[0]!])
}

/** A linear layer with weight [in, out], as GPT-2's Conv1D stores it, over the last axis of x. */
export function project(x: Value, w: Value, bias: Value | null): Value {
  return reshape(gemm(flatten(x), w, bias, false), [...x.shape.slice(0, -1), w.shape[1]!])
}
