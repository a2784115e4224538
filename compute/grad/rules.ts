/**
 * One gradient rule per operator. A rule gets the inputs x, the outputs y and their cotangents g, and returns a cotangent per
 * input, null where none flows. A cotangent may have one leading axis more than its value (many targets sharing one forward
 * pass), so rules count axes from the end or by `lead`. What was broadcast is summed by the caller (`sum-to.ts`).
 * The table is a mapped type over the operators: a missing rule, or one with the wrong number of gradients, does not compile.
 */
import { ComputeError } from '#compute/errors.ts'
import type { Node } from '#compute/graph/node.ts'
import type { DifferentiableOps } from '#compute/graph/op-set.ts'
import type { Value } from '#compute/graph/value.ts'
import {
  add,
  cast,
  cos,
  div,
  equal,
  erf,
  exp,
  greater,
  less,
  log,
  mul,
  neg,
  pow,
  sigmoid,
  sin,
  square,
  sub,
  where,
} from '#compute/ops/elementwise.ts'
import { oneHot } from '#compute/ops/gather.ts'
import { linear, matMul } from '#compute/ops/matrix.ts'
import { mean, sum } from '#compute/ops/reduce.ts'
import {
  concat,
  expand,
  padTo,
  reshape,
  sizeOf,
  slice,
  sliceAt,
  splitInto,
  squeeze,
  transpose,
  transposeLast,
  unsqueeze,
} from '#compute/ops/shape.ts'
import { scalar, vector } from '#compute/ops/constant.ts'
import { intOf, intsOf, numbersOf, textOf } from './attributes.ts'
import { rowDot } from './row-dot.ts'

type Repeat<T, N extends number> = number extends N
  ? readonly T[]
  : N extends 1
    ? readonly [T]
    : N extends 2
      ? readonly [T, T]
      : N extends 3
        ? readonly [T, T, T]
        : N extends 4
          ? readonly [T, T, T, T]
          : never

/** What a rule is told of the node it differentiates. */
export interface Site {
  readonly node: Node
  /** All outputs, and their cotangents; null for one that nothing used. */
  readonly outputs: readonly Value[]
  readonly cotangents: readonly (Value | null)[]
  /** How many axes a cotangent has before those of its value: 0 or 1. */
  readonly lead: number
}

export type Rule<N extends number> = (
  inputs: Repeat<Value, N>,
  y: Value,
  g: Value,
  site: Site,
) => Repeat<Value | null, N>

export type GradientRules = { readonly [O in keyof DifferentiableOps]: Rule<DifferentiableOps[O]> }

/** 1 where a is the larger, ½ where both are equal, as PyTorch has it. */
const share = (a: Value, b: Value): Value => add(cast(greater(a, b), a.dtype), mul(0.5, cast(equal(a, b), a.dtype)))

/** d/dx of x·Φ(x) = Φ(x) + x·φ(x). */
const geluSlope = (x: Value): Value =>
  add(mul(0.5, add(1, erf(mul(x, Math.SQRT1_2)))), mul(mul(x, exp(mul(-0.5, square(x)))), 1 / Math.sqrt(2 * Math.PI)))

/** The tanh approximation is x·σ(2u), u = √(2/π)(x + 0.044715x³); its slope is σ + σ·(x − y)·2u′. */
function geluTanhSlope(x: Value, y: Value): Value {
  const c = 2 * Math.sqrt(2 / Math.PI)
  const cubic = mul(square(x), c * 0.044715)
  const s = sigmoid(mul(x, add(cubic, c)))
  return mul(s, add(1, mul(sub(x, y), add(mul(3, cubic), c))))
}

/** The cotangent of a reduction with the folded axes put back, of size 1. */
function unfold(g: Value, { node, lead }: Site): Value {
  if (intOf(node, 'keepdims', 1) === 1) return g
  const axes = numbersOf(node.inputs[1]).map((axis) => axis + lead)
  return unsqueeze(g, axes)
}

/** y with the folded axes put back, to be compared with x. */
function unfoldOutput(y: Value, { node }: Site): Value {
  return intOf(node, 'keepdims', 1) === 1 ? y : unsqueeze(y, numbersOf(node.inputs[1]))
}

/** Number of entries folded into one. */
function foldedCount(x: Value, { node }: Site): Value | number {
  const dims = numbersOf(node.inputs[1]).map((axis) => x.shape[axis]!)
  if (dims.every((dim) => typeof dim === 'number')) return dims.reduce<number>((product, dim) => product * dim, 1)
  const sizes = dims.map((dim) => cast(typeof dim === 'number' ? vector('int64', [dim]) : sizeOf(dim), x.dtype))
  return sizes.reduce((product, size) => mul(product, size))
}

/** A cotangent brought back to its input's shape, behind the leading axis it may have. */
const restore = (g: Value, x: Value, lead: number): Value => reshape(g, [...g.shape.slice(0, lead), ...x.shape])

/**
 * dx = h − mean(h) − x̂·mean(h·x̂) with h = r·γ·g, x̂ = (x − mean)·r, r = 1/√(var + ε); plus what reached mean and r themselves.
 * Both r·γ and x̂ are shared by all cotangents.
 */
function layerNormRule(
  inputs: readonly [Value, Value, Value],
  g: Value | null,
  site: Site,
): readonly [Value, Value | null, Value | null] {
  const [x, scale] = inputs
  const [, average, r] = site.outputs as readonly [Value, Value, Value] // the builder gives three
  const [, gAverage, gR] = site.cotangents
  const width = x.shape.at(-1)
  if (typeof width !== 'number')
    throw new ComputeError('internal', 'internal: LayerNormalization over an unknown width')
  const normed = mul(sub(x, average), r)
  const parts: Value[] = []
  if (g !== null) {
    const h = mul(g, mul(r, scale))
    const centred = sub(h, mean(h, [-1], true))
    parts.push(sub(centred, mul(normed, mean(mul(h, normed), [-1], true))))
  }
  if (gAverage) parts.push(mul(gAverage, 1 / width))
  if (gR) parts.push(mul(mul(gR, -1 / width), mul(square(r), normed)))
  const dx = parts.reduce((total, part) => add(total, part))
  return [dx, g === null ? null : mul(g, normed), g]
}

/** (a·b)ᵀ is written bᵀ·aᵀ, so that what is transposed again costs nothing. */
function transposedBack(g: Value, permutation: readonly number[]): Value {
  const [a, b] = g.node.inputs
  const isSwap = permutation.every((axis, i) => axis === i || i >= permutation.length - 2)
  return g.node.op === 'MatMul' && a && b && isSwap && a.shape.length > 2 && b.shape.length > 2
    ? matMul(transposeLast(b), transposeLast(a))
    : transpose(g, permutation)
}

/** Adds the cotangents of picked slices back onto the axis they came from: a product with one-hot rows, native on every device. */
function gatherRule(x: Value, indices: Value, g: Value, { node, lead }: Site): Value {
  if (indices.shape.length !== 1) {
    throw new ComputeError('internal', `internal: no gradient for Gather with indices of rank ${indices.shape.length}`)
  }
  const axis = intOf(node, 'axis', 0) + lead
  const axes = g.shape.map((_, i) => i)
  const toLast = [...axes.filter((i) => i !== axis), axis]
  const back = axes.map((i) => toLast.indexOf(i))
  const rows = oneHot(indices, x.shape[intOf(node, 'axis', 0)]!, g.dtype) // [picked, size]
  return transpose(matMul(transpose(g, toLast), rows), back)
}

/** One piece of the cotangent per input. */
function concatRule(inputs: readonly Value[], g: Value, { node, lead }: Site): readonly Value[] {
  const axis = intOf(node, 'axis', 0)
  const sizes = inputs.map((x) => x.shape[axis]!)
  if (sizes.every((size) => typeof size === 'number')) return splitInto(g, axis + lead, sizes)
  let start: Value = vector('int64', [0])
  return inputs.map((x) => {
    const dim = x.shape[axis]!
    const end = add(start, typeof dim === 'number' ? vector('int64', [dim]) : sizeOf(dim))
    const piece = sliceAt(g, axis + lead, start, end, dim)
    start = end
    return piece
  })
}

/** The cotangents of the parts beside each other, zeros for a part that nothing used. */
function splitRule({ node, outputs, cotangents, lead }: Site, g: Value): Value {
  const zeros = (part: Value): Value => expand(scalar(part.dtype, 0), [...g.shape.slice(0, lead), ...part.shape])
  const parts = outputs.map((part, i) => cotangents[i] ?? zeros(part))
  return concat(parts, intOf(node, 'axis', 0) + lead)
}

/** Zeros where the slice left entries out. Slices count from the front (the builder makes no others). */
function sliceRule(x: Value, start: Value, end: Value, g: Value, { node, lead }: Site): Value {
  const [axis] = numbersOf(node.inputs[3]) as [number]
  const whole = x.shape[axis]!
  const size = typeof whole === 'number' ? vector('int64', [whole]) : sizeOf(whole)
  return padTo(g, axis + lead, start, sub(size, end), whole)
}

/** The builder pads one axis: the one whose size changed. */
function padRule(x: Value, y: Value, g: Value, { node, lead }: Site): Value {
  const axis = x.shape.findIndex((dim, i) => dim !== y.shape[i])
  if (axis < 0) return g
  const before = slice(node.inputs[1]!, 0, axis, axis + 1)
  const dim = x.shape[axis]!
  const size = typeof dim === 'number' ? vector('int64', [dim]) : sizeOf(dim)
  return sliceAt(g, axis + lead, before, add(before, size), dim)
}

export const gradientRules: GradientRules = {
  Add: (_x, _y, g) => [g, g],
  Sub: (_x, _y, g) => [g, neg(g)],
  Mul: ([a, b], _y, g) => [mul(g, b), mul(g, a)],
  Div: ([, b], y, g) => [div(g, b), neg(div(mul(g, y), b))],
  Min: ([a, b], _y, g) => [mul(g, share(b, a)), mul(g, share(a, b))],
  Max: ([a, b], _y, g) => [mul(g, share(a, b)), mul(g, share(b, a))],
  Pow: ([a, b], y, g) => [mul(g, mul(b, pow(a, sub(b, 1)))), mul(g, mul(y, log(a)))],
  Neg: (_x, _y, g) => [neg(g)],
  Abs: ([x], _y, g) => [where(greater(x, 0), g, where(less(x, 0), neg(g), 0))],
  Exp: (_x, y, g) => [mul(g, y)],
  Log: ([x], _y, g) => [div(g, x)],
  Sqrt: (_x, y, g) => [mul(g, div(0.5, y))],
  Reciprocal: (_x, y, g) => [neg(mul(g, square(y)))],
  Tanh: (_x, y, g) => [mul(g, sub(1, square(y)))],
  Sin: ([x], _y, g) => [mul(g, cos(x))],
  Cos: ([x], _y, g) => [neg(mul(g, sin(x)))],
  Sigmoid: (_x, y, g) => [mul(g, mul(y, sub(1, y)))],
  Erf: ([x], _y, g) => [mul(g, mul(2 / Math.sqrt(Math.PI), exp(neg(square(x)))))],
  Relu: (_x, y, g) => [mul(g, cast(greater(y, 0), y.dtype))], // 0 at the kink, as PyTorch has it; a product is faster than Where
  Gelu: ([x], y, g, { node }) => [mul(g, textOf(node, 'approximate') === 'tanh' ? geluTanhSlope(x, y) : geluSlope(x))],
  Softplus: ([x], _y, g) => [mul(g, sigmoid(x))],
  Where: ([condition], _y, g) => [null, where(condition, g, 0), where(condition, 0, g)],
  Softmax: (_x, y, g) => [mul(y, sub(g, rowDot(g, y)))],
  LogSoftmax: (_x, y, g) => [sub(g, mul(exp(y), sum(g, [-1], true)))],
  LayerNormalization: (inputs, _y, _g, site) => layerNormRule(inputs, site.cotangents[0] ?? null, site),
  MatMul: ([a, b], _y, g) => [
    b.shape.length === 2 ? linear(g, b, null) : matMul(g, transposeLast(b)), // g·bᵀ, b read as it is stored
    matMul(transposeLast(a), g),
  ],
  Gemm: ([x, w], _y, g, { node }) =>
    intOf(node, 'transB', 0) === 1
      ? [matMul(g, w), matMul(transposeLast(g), x), g] // y = x·wᵀ + c
      : [linear(g, w, null), matMul(transposeLast(x), g), g], // y = x·w + c
  ReduceSum: (_x, _y, g, site) => [unfold(g, site), null],
  ReduceMean: ([x], _y, g, site) => [div(unfold(g, site), foldedCount(x, site)), null],
  ReduceMax: ([x], y, g, site) => {
    const hits = cast(equal(x, unfoldOutput(y, site)), x.dtype)
    return [mul(unfold(g, site), div(hits, sum(hits, numbersOf(site.node.inputs[1]), true))), null] // equals share
  },
  Reshape: ([x], _y, g, { lead }) => [restore(g, x, lead), null],
  Transpose: (_x, _y, g, { node, lead }) => {
    const forward = intsOf(node, 'perm')
    const back = forward.map((_, i) => forward.indexOf(i) + lead)
    return [transposedBack(g, [...Array.from({ length: lead }, (_, i) => i), ...back])]
  },
  Unsqueeze: (_x, _y, g, { node, lead }) => [
    squeeze(
      g,
      numbersOf(node.inputs[1]).map((axis) => axis + lead),
    ),
    null,
  ],
  Squeeze: (_x, _y, g, { node, lead }) => [
    unsqueeze(
      g,
      numbersOf(node.inputs[1]).map((axis) => axis + lead),
    ),
    null,
  ],
  Expand: (_x, _y, g) => [g, null],
  Concat: (inputs, _y, g, site) => concatRule(inputs, g, site),
  Split: (_x, _y, g, site) => [splitRule(site, g), null],
  Slice: ([x, start, end], _y, g, site) => [sliceRule(x, start, end, g, site), null, null, null],
  Pad: ([x], y, g, site) => [padRule(x, y, g, site), null, null],
  Gather: ([x, indices], _y, g, site) => [gatherRule(x, indices, g, site), null],
  Cast: ([x], _y, g) => [x.dtype === 'float32' || x.dtype === 'float64' ? cast(g, x.dtype) : null],
  Identity: (_x, _y, g) => [g],
}
