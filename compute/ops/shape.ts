/** Operators that move entries without changing them, and those that read sizes. */
import { ComputeError } from '#compute/errors.ts'
import { makeNode, makeValue } from '#compute/graph/node.ts'
import { isSameDim, makeSize, printShape, resolveAxis } from '#compute/graph/value.ts'
import type { Dim, Shape, Size, Value } from '#compute/graph/value.ts'
import { broadcastShape } from './elementwise.ts'
import { scalar, vector } from './constant.ts'

/** The sizes of axes `start` to `end` of a value, as int64 [end - start]. */
export function shapeOf(x: Value, start = 0, end = x.shape.length): Value {
  return makeValue('Shape', [x], { start: { int: start }, end: { int: end } }, 'int64', [end - start])
}

/** A size as int64 [1], read from the value that brought it in. */
export function sizeOf(size: Size): Value {
  if (size.origin === null) throw new ComputeError('internal', `internal: no value has size ${size.name} yet`)
  return shapeOf(size.origin.value, size.origin.axis, size.origin.axis + 1)
}

/** A shape as int64 [rank]: one constant where all is known, else a few sizes read at run time. */
export function shapeValue(shape: Shape): Value {
  if (shape.every((dim) => typeof dim === 'number')) return vector('int64', shape)
  const parts: Value[] = []
  for (let i = 0; i < shape.length;) {
    const dim = shape[i]!
    if (typeof dim !== 'number') {
      parts.push(sizeOf(dim))
      i += 1
      continue
    }
    const known: number[] = []
    for (let next = shape[i]; typeof next === 'number'; next = shape[i]) {
      known.push(next)
      i += 1
    }
    parts.push(vector('int64', known))
  }
  return parts.length === 1 ? parts[0]! : concat(parts, 0)
}

/** The target of a Reshape: 0 copies a dim, -1 stands for one unknown dim; anything else is read at run time. */
function reshapeTarget(x: Value, shape: Shape): Value {
  const copied = shape.map((dim, i) => (i < x.shape.length && isSameDim(dim, x.shape[i]!) && dim !== 0 ? 0 : dim))
  const unknown = copied.filter((dim) => typeof dim !== 'number')
  if (unknown.length <= 1) {
    return vector(
      'int64',
      copied.map((dim) => (typeof dim === 'number' ? dim : -1)),
    )
  }
  return shapeValue(shape)
}

export function reshape(x: Value, shape: Shape): Value {
  if (shape.length === x.shape.length && shape.every((dim, i) => isSameDim(dim, x.shape[i]!))) return x
  return makeValue('Reshape', [x, reshapeTarget(x, shape)], {}, x.dtype, shape)
}

/** Merges all axes but the last into one. */
export function flatten(x: Value): Value {
  if (x.shape.length === 2) return x
  const leading = x.shape.slice(0, -1)
  const last = x.shape.at(-1)!
  const known = leading.every((dim) => typeof dim === 'number')
  const rows: Dim = known ? leading.reduce<number>((product, dim) => product * dim, 1) : makeSize('rows')
  const target =
    typeof last === 'number' ? vector('int64', [-1, last]) : concat([vector('int64', [-1]), sizeOf(last)], 0)
  return makeValue('Reshape', [x, target], {}, x.dtype, [rows, last])
}

/** Moves axis `permutation[i]` to place i. Two transpositions in a row become one, or none. */
export function transpose(x: Value, permutation: readonly number[]): Value {
  if (permutation.every((axis, i) => axis === i)) return x
  const before = x.node.attributes['perm']
  if (x.node.op === 'Transpose' && before !== undefined && 'ints' in before) {
    const [inner] = x.node.inputs as readonly [Value]
    return transpose(
      inner,
      permutation.map((axis) => before.ints[axis]!),
    )
  }
  const shape = permutation.map((axis) => x.shape[resolveAxis(axis, x.shape.length)]!)
  return makeValue('Transpose', [x], { perm: { ints: permutation } }, x.dtype, shape)
}

/** Swaps the last two axes. */
export function transposeLast(x: Value): Value {
  const axes = x.shape.map((_, i) => i)
  const [row, column] = axes.splice(-2) as [number, number] // matrices have two axes
  return transpose(x, [...axes, column, row])
}

/** Inserts axes of size 1; `axes` count in the result. */
export function unsqueeze(x: Value, axes: readonly number[]): Value {
  const rank = x.shape.length + axes.length
  const resolved = axes.map((axis) => resolveAxis(axis, rank))
  const rest = [...x.shape]
  const shape = Array.from({ length: rank }, (_, i) => (resolved.includes(i) ? 1 : rest.shift()!))
  return makeValue('Unsqueeze', [x, vector('int64', resolved)], {}, x.dtype, shape)
}

/** Drops axes of size 1. */
export function squeeze(x: Value, axes: readonly number[]): Value {
  const resolved = axes.map((axis) => resolveAxis(axis, x.shape.length))
  const shape = x.shape.filter((_, i) => !resolved.includes(i))
  return makeValue('Squeeze', [x, vector('int64', resolved)], {}, x.dtype, shape)
}

/** Repeats along axes of size 1 (and new leading axes) until the shape is reached. */
export function expand(x: Value, shape: Shape): Value {
  return makeValue('Expand', [x, shapeValue(shape)], {}, x.dtype, broadcastShape(x.shape, shape, 'Expand'))
}

function concatDim(dims: readonly Dim[]): Dim {
  if (dims.every((dim) => typeof dim === 'number')) return dims.reduce<number>((sum, dim) => sum + dim, 0)
  return makeSize(dims.map((dim) => (typeof dim === 'number' ? String(dim) : dim.name)).join('+'))
}

export function concat(values: readonly Value[], axis: number): Value {
  const first = values[0]
  if (first === undefined) throw new ComputeError('internal', 'internal: nothing to concatenate')
  const at = resolveAxis(axis, first.shape.length)
  const shape = first.shape.map((dim, i) => (i === at ? concatDim(values.map((value) => value.shape[at]!)) : dim))
  return makeValue('Concat', values, { axis: { int: at } }, first.dtype, shape)
}

/** Entries `start` to `end` (exclusive) along one axis, both known. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  const whole = x.shape[resolveAxis(axis, x.shape.length)]!
  if (typeof whole === 'number' && (start < 0 || end > whole || start > end)) {
    throw new ComputeError('internal', `internal: slice ${start} to ${end} of ${printShape(x.shape)}`)
  }
  return sliceAt(x, axis, vector('int64', [start]), vector('int64', [end]), end - start)
}

/** The same with bounds that are read at run time, as int64 [1]; `dim` is the size of what is left. */
export function sliceAt(x: Value, axis: number, start: Value, end: Value, dim: Dim): Value {
  const at = resolveAxis(axis, x.shape.length)
  const shape = x.shape.map((whole, i) => (i === at ? dim : whole))
  return makeValue('Slice', [x, start, end, vector('int64', [at])], {}, x.dtype, shape)
}

/** Zeros before and after along one axis, so many that its size becomes `dim`; undoes `sliceAt`. */
export function padTo(x: Value, axis: number, before: Value, after: Value, dim: Dim): Value {
  const at = resolveAxis(axis, x.shape.length)
  const shape = x.shape.map((part, i) => (i === at ? dim : part))
  // All axes are written out: the runtime's optimiser moves a transposition across a Pad as if its axes were not an input.
  const around = (count: Value): readonly Value[] => [
    ...(at === 0 ? [] : [vector('int64', new Array<number>(at).fill(0))]),
    count,
    ...(at === shape.length - 1 ? [] : [vector('int64', new Array<number>(shape.length - 1 - at).fill(0))]),
  ]
  const pads = concat([...around(before), ...around(after)], 0)
  return makeValue('Pad', [x, pads, scalar(x.dtype, 0)], {}, x.dtype, shape)
}

/** Equal parts along an axis of known size. */
export function split(x: Value, axis: number, parts: number): readonly Value[] {
  const at = resolveAxis(axis, x.shape.length)
  const whole = x.shape[at]
  if (typeof whole !== 'number' || whole % parts !== 0) {
    throw new ComputeError('internal', `internal: ${printShape(x.shape)} does not split into ${parts} along ${axis}`)
  }
  const part = { dtype: x.dtype, shape: x.shape.map((dim, i) => (i === at ? whole / parts : dim)) }
  const attributes = { axis: { int: at }, num_outputs: { int: parts } }
  return makeNode(
    'Split',
    [x],
    attributes,
    Array.from({ length: parts }, () => part),
  ).outputs
}

/** Parts of given sizes along an axis, which they fill. */
export function splitInto(x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  const at = resolveAxis(axis, x.shape.length)
  const whole = sizes.reduce((sum, size) => sum + size, 0)
  if (x.shape[at] !== whole) {
    throw new ComputeError('internal', `internal: ${printShape(x.shape)} does not split into ${sizes.join(', ')}`)
  }
  const parts = sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.map((dim, i) => (i === at ? size : dim)) }))
  return makeNode('Split', [x, vector('int64', sizes)], { axis: { int: at } }, parts).outputs
}

/** 0, 1, … as int64 [size]. */
export function positionsUpTo(dim: Dim): Value {
  const zero = scalar('int64', 0)
  const end = typeof dim === 'number' ? scalar('int64', dim) : squeeze(sizeOf(dim), [0])
  return makeValue('Range', [zero, end, scalar('int64', 1)], {}, 'int64', [dim])
}
