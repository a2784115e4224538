import { describe, expect, it } from 'vitest'
import { backward } from '#compute/grad/backward.ts'
import { gradientRules } from '#compute/grad/rules.ts'
import { attentionWeights, groupRows, ungroupRows } from '#compute/ops/attention.ts'
import { vector } from '#compute/ops/constant.ts'
import * as elementwise from '#compute/ops/elementwise.ts'
import { gather, oneHot } from '#compute/ops/gather.ts'
import { linear, matMul, project } from '#compute/ops/matrix.ts'
import { layerNorm, logSoftmax, rmsNorm, softmax } from '#compute/ops/normalise.ts'
import { largest, logSumExp, mean, sum, topK } from '#compute/ops/reduce.ts'
import * as shape from '#compute/ops/shape.ts'
import type { Value } from '#compute/graph/value.ts'
import { gradientError } from '#tests/support/differences.ts'
import type { GradientCase } from '#tests/support/differences.ts'
import { inputsOf, runGraph } from '#tests/support/graphs.ts'

const { add, sub, mul, div, min, max, pow, where, greater } = elementwise

/** Every way two operands can broadcast, sizes known and unknown. */
const pairs: Readonly<Record<string, GradientCase['shapes']>> = {
  'equal shapes': [
    [2, 3],
    [2, 3],
  ],
  'a row against a matrix': [[3], [2, 3]],
  'a matrix against a column': [
    [2, 3],
    [2, 1],
  ],
  'a column against a row': [
    [2, 1],
    [1, 3],
  ],
  'a scalar against a matrix': [[], [2, 3]],
  'sizes known at run time': [
    ['n', 2],
    ['m', 1, 2],
  ],
}

const binary: Readonly<Record<string, Pick<GradientCase, 'build' | 'from' | 'to'>>> = {
  Add: { build: (a, b) => add(a, b) },
  Sub: { build: (a, b) => sub(a, b) },
  Mul: { build: (a, b) => mul(a, b) },
  Div: { build: (a, b) => div(a, b), from: 0.5, to: 2 },
  Min: { build: (a, b) => min(a, b) },
  Max: { build: (a, b) => max(a, b) },
  Pow: { build: (a, b) => pow(a, b), from: 0.5, to: 2 },
  Where: { build: (a, b) => where(greater(a, 0), a, b) },
}

const unary: Readonly<Record<string, Omit<GradientCase, 'shapes'>>> = {
  Neg: { build: (x) => elementwise.neg(x) },
  Abs: { build: (x) => elementwise.abs(x) },
  Exp: { build: (x) => elementwise.exp(x) },
  Log: { build: (x) => elementwise.log(x), from: 0.5, to: 2 },
  Sqrt: { build: (x) => elementwise.sqrt(x), from: 0.5, to: 2 },
  Reciprocal: { build: (x) => elementwise.reciprocal(x), from: 0.5, to: 2 },
  Tanh: { build: (x) => elementwise.tanh(x) },
  Sin: { build: (x) => elementwise.sin(x), dtype: 'float32', from: -3, to: 3 },
  Cos: { build: (x) => elementwise.cos(x), dtype: 'float32', from: -3, to: 3 },
  Sigmoid: { build: (x) => elementwise.sigmoid(x), from: -4, to: 4 },
  Erf: { build: (x) => elementwise.erf(x), dtype: 'float32' },
  Relu: { build: (x) => elementwise.relu(x) },
  'Gelu (erf)': { build: (x) => elementwise.gelu(x, 'none'), dtype: 'float32', from: -3, to: 3 },
  'Gelu (tanh)': { build: (x) => elementwise.gelu(x, 'tanh'), from: -3, to: 3 },
  Softplus: { build: (x) => elementwise.softplus(x), dtype: 'float32', from: -3, to: 3 },
  Softmax: { build: (x) => softmax(x) },
  LogSoftmax: { build: (x) => logSoftmax(x) },
  Identity: { build: (x) => elementwise.identity(x) },
  Cast: { build: (x) => elementwise.cast(elementwise.cast(x, 'float32'), 'float64'), from: -1, to: 1 },
}

const ids = vector('int64', [2, 0, 2])
const columns = (x: Value): Value => shape.slice(x, 1, 1, 3)

const others: Readonly<Record<string, GradientCase>> = {
  'LayerNormalization of its three inputs': {
    shapes: [['n', 4], [4], [4]],
    build: (x, scale, bias) => layerNorm(x, scale, bias, 1e-5),
    dtype: 'float32', // the operator leaves mean and deviation behind in float32 only
  },
  'LayerNormalization, its mean and its deviation': {
    shapes: [[2, 4], [4], [4]],
    build: (x, scale, bias) => {
      const { outputs } = layerNorm(x, scale, bias, 1e-5).node
      return add(add(outputs[0]!, outputs[1]!), outputs[2]!)
    },
    dtype: 'float32',
  },
  'MatMul of matrices': {
    shapes: [
      ['n', 3],
      [3, 2],
    ],
    build: (a, b) => matMul(a, b),
  },
  'MatMul of a batch with one matrix': {
    shapes: [
      ['n', 2, 3],
      [3, 2],
    ],
    build: (a, b) => matMul(a, b),
  },
  'MatMul of two batches': {
    shapes: [
      ['n', 2, 3],
      ['n', 3, 2],
    ],
    build: (a, b) => matMul(a, b),
  },
  'MatMul of batches that broadcast': {
    shapes: [
      [2, 1, 2, 3],
      ['n', 3, 2],
    ],
    build: (a, b) => matMul(a, b),
  },
  'Gemm, weight transposed, without a bias': {
    shapes: [
      ['n', 3],
      [2, 3],
    ],
    build: (x, w) => linear(x, w, null),
  },
  'Gemm, weight transposed, with a bias': { shapes: [['n', 3], [2, 3], [2]], build: (x, w, b) => linear(x, w, b) },
  'Gemm without a bias': {
    shapes: [
      ['n', 3],
      [3, 2],
    ],
    build: (x, w) => project(x, w, null),
  },
  'Gemm with a bias over three axes': { shapes: [['q', 'n', 3], [3, 2], [2]], build: (x, w, b) => project(x, w, b) },
  'a linear layer over three axes': { shapes: [['q', 'n', 3], [2, 3], [2]], build: (x, w, b) => linear(x, w, b) },
  'ReduceSum, axes kept': { shapes: [['n', 3, 2]], build: (x) => sum(x, [0, 2], true) },
  'ReduceSum, axes dropped': { shapes: [['n', 3, 2]], build: (x) => sum(x, [1]) },
  'ReduceMean over an unknown size': { shapes: [['n', 3]], build: (x) => mean(x, [0]) },
  'ReduceMean over the last axis': { shapes: [['n', 3]], build: (x) => mean(x, [-1], true) },
  'ReduceMax, axis kept': { shapes: [['n', 3]], build: (x) => largest(x, [-1], true) },
  'ReduceMax, axis dropped': { shapes: [['n', 3]], build: (x) => largest(x, [1]) },
  logSumExp: { shapes: [['n', 3]], build: (x) => logSumExp(x) },
  'Reshape of known sizes': { shapes: [[2, 6]], build: (x) => shape.reshape(x, [2, 3, 2]) },
  'Reshape that merges unknown sizes': { shapes: [['q', 'n', 2]], build: (x) => shape.flatten(x) },
  Transpose: { shapes: [['q', 'n', 2]], build: (x) => shape.transpose(x, [2, 0, 1]) },
  Unsqueeze: { shapes: [['n', 2]], build: (x) => shape.unsqueeze(x, [0, 2]) },
  Squeeze: { shapes: [[1, 'n', 1, 2]], build: (x) => shape.squeeze(x, [0, 2]) },
  'Expand along an axis and in front': { shapes: [['n', 1]], build: (x) => shape.expand(x, [2, x.shape[0]!, 4]) },
  'Concat of known and unknown sizes': {
    shapes: [
      ['n', 2],
      [2, 2],
      ['m', 2],
    ],
    build: (a, b, c) => shape.concat([a, b, c], 0),
  },
  'Split into uneven parts': {
    shapes: [['n', 6]],
    build: (x) => {
      const [first, second, third] = shape.splitInto(x, 1, [1, 2, 3])
      return shape.concat([mul(second!, 2), mul(third!, third!), first!], 1)
    },
  },
  'a root-mean-square norm and its scale': { shapes: [['n', 4], [4]], build: (x, scale) => rmsNorm(x, scale, 1e-5) },
  'attention of four query heads over two key heads': {
    shapes: [
      [4, 'n', 2],
      [2, 'm', 2],
      [2, 'm', 3],
    ],
    build: (q, k, v) => {
      const weights = attentionWeights(q, k, 0.7, null)
      return ungroupRows(matMul(groupRows(weights, 2), v), 4, q.shape[1]!)
    },
  },
  'Concat of known sizes': {
    shapes: [
      ['n', 1],
      ['n', 3],
    ],
    build: (a, b) => shape.concat([a, b], 1),
  },
  'Pad of an unknown size': {
    shapes: [['n', 2]],
    build: (x) => shape.padTo(x, 0, vector('int64', [2]), vector('int64', [0]), 5),
  },
  'Split, one part unused': {
    shapes: [['n', 6]],
    build: (x) => {
      const [first, , third] = shape.split(x, 1, 3)
      return mul(first!, third!)
    },
  },
  Slice: { shapes: [['n', 4]], build: (x) => columns(x) },
  'Slice of an unknown size': { shapes: [['n', 2]], build: (x) => shape.slice(x, 0, 1, 2) },
  Pad: {
    shapes: [['n', 2]],
    build: (x) => shape.padTo(x, 1, vector('int64', [1]), vector('int64', [2]), 5),
  },
  'Gather of rows, one of them twice': { shapes: [[3, 2]], build: (x) => gather(x, ids, 0) },
  'Gather along the last axis of an unknown size': { shapes: [[2, 'n']], build: (x) => gather(x, ids, 1) },
  'one value used three times': {
    shapes: [['n', 2]],
    build: (x) => add(mul(x, x), columns(shape.concat([x, mul(x, x)], 1))),
  },
}

const tolerance = (dtype: string | undefined): number => (dtype === 'float32' ? 2e-3 : 1e-6)

async function expectMatch(gradientCase: GradientCase): Promise<void> {
  expect(await gradientError(gradientCase, 7)).toBeLessThan(tolerance(gradientCase.dtype))
}

describe('gradient rules against central differences', () => {
  for (const [op, gradientCase] of Object.entries(binary)) {
    for (const [name, shapes] of Object.entries(pairs)) {
      it(`[GR1] ${op} of ${name}`, () => expectMatch({ ...gradientCase, shapes }))
    }
  }
  for (const [op, gradientCase] of Object.entries(unary)) {
    const dtype = op === 'Cast' ? { dtype: 'float64' as const } : {}
    it(`[GR2] ${op}`, async () => {
      const error = await gradientError({ shapes: [['n', 4]], ...gradientCase, ...dtype }, 11)
      // A cast to float32 and back rounds the differences themselves.
      expect(error).toBeLessThan(op === 'Cast' ? 1e-1 : tolerance(gradientCase.dtype))
    })
  }
  for (const [name, gradientCase] of Object.entries(others)) it(`[GR3] ${name}`, () => expectMatch(gradientCase))

  it('[GR4] every differentiable operator stands in a test above', () => {
    const tested = [...Object.keys(binary), ...Object.keys(unary), ...Object.keys(others)].join(' ')
    const missing = Object.keys(gradientRules).filter((op) => !tested.includes(op))
    expect(missing).toEqual([])
  })

  it('[GR5] a gradient is differentiated again: x³ has second derivative 6x', async () => {
    const [x] = inputsOf([[3]], 'float64')
    const [first] = backward(sum(mul(mul(x!, x!), x!), [0]), [x!])
    const [second] = backward(sum(first!, [0]), [x!])
    const feeds = { x0: { dtype: 'float64' as const, shape: [3], data: Float64Array.from([1, -2, 0.5]) } }
    const { y } = await runGraph([x!], { y: second! }, feeds)
    expect([...y!.data]).toEqual([6, -12, 3])
  })

  // Integrated Hessians differentiate gradients again: every rule must be made of operators that have rules, and be right twice.
  const twice = (first: GradientCase): GradientCase => ({
    ...first,
    build: (...inputs) => {
      const y = first.build(...inputs)
      const axes = y.shape.map((_, i) => i)
      const [gradient] = backward(sum(mul(y, mul(y, y)), axes), [inputs[0]!])
      return gradient!
    },
  })
  const second: Readonly<Record<string, GradientCase>> = {
    ...Object.fromEntries(
      Object.entries(binary).flatMap(([op, gradientCase]) =>
        ['a matrix against a column', 'sizes known at run time'].map((name) => [
          `${op} of ${name}`,
          { ...gradientCase, shapes: pairs[name]! },
        ]),
      ),
    ),
    ...Object.fromEntries(
      Object.entries(unary).flatMap(([op, gradientCase]) =>
        op === 'Cast' ? [] : [[op, { shapes: [['n', 4]], ...gradientCase }]],
      ),
    ),
    ...others,
  }
  for (const [name, gradientCase] of Object.entries(second)) {
    it(`[GR8] the second derivative of ${name}`, async () => {
      const isSingle = gradientCase.dtype === 'float32'
      expect(await gradientError(twice(gradientCase), 13)).toBeLessThan(isSingle ? 1e-2 : 1e-6)
    })
  }

  it('[GR6] an operator without a gradient between output and input is named', () => {
    const [x] = inputsOf([[3]], 'float64')
    const { values } = topK(x!, vector('int64', [2]), 2)
    expect(() => backward(sum(values, [0]), [x!])).toThrow(/TopK has no gradient/)
  })

  it('[GR7] oneHot is a constant of the path, so nothing flows through it', () => {
    const [x, y] = inputsOf([['n'], ['n']], 'float64')
    expect(backward(sum(oneHot(elementwise.cast(y!, 'int64'), 4, 'float64'), [0]), [x!])).toEqual([null])
  })
})
