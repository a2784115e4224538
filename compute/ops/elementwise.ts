/** Operators that work entry by entry, with NumPy's broadcasting. */
import { ComputeError } from '#compute/errors.ts'
import { makeValue } from '#compute/graph/node.ts'
import type { Op } from '#compute/graph/op-set.ts'
import { isSameDim, printShape } from '#compute/graph/value.ts'
import type { DataType, Dim, Shape, Value } from '#compute/graph/value.ts'
import { asValue } from './constant.ts'
import type { Operand } from './constant.ts'

/** Two sizes with different names meet where a cache was grown: then they are one number at run time. */
function broadcastDim(a: Dim, b: Dim): Dim | null {
  if (isSameDim(a, b) || b === 1) return a
  if (a === 1) return b
  if (typeof a === 'number' && typeof b === 'number') return null
  return typeof a === 'number' ? a : b
}

/** Shape of an operation on `a` and `b`, aligned from the right. */
export function broadcastShape(a: Shape, b: Shape, what: string): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const dim = broadcastDim(a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1)
    if (dim === null)
      throw new ComputeError('shape-mismatch', `${what}: ${printShape(a)} and ${printShape(b)} do not fit`)
    return dim
  })
}

function binary(op: Op, a: Operand, b: Operand, result?: DataType): Value {
  const dtype = typeof a === 'number' ? (b as Value).dtype : a.dtype // two numbers are never given
  const left = asValue(a, dtype)
  const right = asValue(b, dtype)
  if (left.dtype !== right.dtype) {
    throw new ComputeError('internal', `internal: ${op} of ${left.dtype} and ${right.dtype}`)
  }
  return makeValue(op, [left, right], {}, result ?? dtype, broadcastShape(left.shape, right.shape, op))
}

const unary = (op: Op, x: Value): Value => makeValue(op, [x], {}, x.dtype, x.shape)

export const add = (a: Operand, b: Operand): Value => binary('Add', a, b)
export const sub = (a: Operand, b: Operand): Value => binary('Sub', a, b)
export const mul = (a: Operand, b: Operand): Value => binary('Mul', a, b)
export const div = (a: Operand, b: Operand): Value => binary('Div', a, b)
export const min = (a: Operand, b: Operand): Value => binary('Min', a, b)
export const max = (a: Operand, b: Operand): Value => binary('Max', a, b)
export const pow = (a: Value, exponent: Operand): Value => binary('Pow', a, exponent)

export const neg = (x: Value): Value => unary('Neg', x)
export const abs = (x: Value): Value => unary('Abs', x)
export const exp = (x: Value): Value => unary('Exp', x)
export const log = (x: Value): Value => unary('Log', x)
export const sqrt = (x: Value): Value => unary('Sqrt', x)
export const reciprocal = (x: Value): Value => unary('Reciprocal', x)
export const tanh = (x: Value): Value => unary('Tanh', x)
export const sin = (x: Value): Value => unary('Sin', x)
export const cos = (x: Value): Value => unary('Cos', x)
export const sigmoid = (x: Value): Value => unary('Sigmoid', x)
export const erf = (x: Value): Value => unary('Erf', x)
export const relu = (x: Value): Value => unary('Relu', x)
export const softplus = (x: Value): Value => unary('Softplus', x)
export const square = (x: Value): Value => mul(x, x)
export const identity = (x: Value): Value => unary('Identity', x)

/** x · Φ(x) with the error function, or its tanh approximation (Hendrycks and Gimpel 2016). */
export const gelu = (x: Value, approximate: 'none' | 'tanh'): Value =>
  makeValue('Gelu', [x], { approximate: { text: approximate } }, x.dtype, x.shape)

export const equal = (a: Operand, b: Operand): Value => binary('Equal', a, b, 'bool')
export const less = (a: Operand, b: Operand): Value => binary('Less', a, b, 'bool')
export const lessOrEqual = (a: Operand, b: Operand): Value => binary('LessOrEqual', a, b, 'bool')
export const greater = (a: Operand, b: Operand): Value => binary('Greater', a, b, 'bool')
export const greaterOrEqual = (a: Operand, b: Operand): Value => binary('GreaterOrEqual', a, b, 'bool')
export const and = (a: Value, b: Value): Value => binary('And', a, b)
export const not = (x: Value): Value => unary('Not', x)

/** Entries of `a` where the condition holds, of `b` elsewhere. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  const dtype = typeof a === 'number' ? (b as Value).dtype : a.dtype // two numbers are never given
  const left = asValue(a, dtype)
  const right = asValue(b, dtype)
  const branches = broadcastShape(left.shape, right.shape, 'Where')
  return makeValue('Where', [condition, left, right], {}, dtype, broadcastShape(condition.shape, branches, 'Where'))
}

const elementCode: Readonly<Record<DataType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 }

/** ONNX's number for an element type. */
export const onnxType = (dtype: DataType): number => elementCode[dtype]

export const cast = (x: Value, dtype: DataType): Value =>
  x.dtype === dtype ? x : makeValue('Cast', [x], { to: { int: onnxType(dtype) } }, dtype, x.shape)
