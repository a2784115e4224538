/** Softmax and norms. */
import { makeNode, makeValue } from '#compute/graph/node.ts'
import type { Value } from '#compute/graph/value.ts'
import { add, mul, reciprocal, sqrt, square } from './elementwise.ts'
import { mean } from './reduce.ts'

const last = { axis: { int: -1 } }

/** Over the last axis. */
export const softmax = (x: Value): Value => makeValue('Softmax', [x], last, x.dtype, x.shape)
export const logSoftmax = (x: Value): Value => makeValue('LogSoftmax', [x], last, x.dtype, x.shape)

/** (x − mean) / √(var + ε) · scale + bias over the last axis; the gradient reads the mean and 1/√(var + ε) it leaves behind. */
export function layerNorm(x: Value, scale: Value, bias: Value, epsilon: number): Value {
  const folded = [...x.shape.slice(0, -1), 1]
  const node = makeNode('LayerNormalization', [x, scale, bias], { ...last, epsilon: { float: epsilon } }, [
    { dtype: x.dtype, shape: x.shape },
    { dtype: x.dtype, shape: folded },
    { dtype: x.dtype, shape: folded },
  ])
  return node.outputs[0]!
}

/**
 * x / √(mean(x²) + ε) · scale over the last axis (Zhang and Sennrich 2019). In parts, since opset 20 has no such operator; the
 * runtime fuses them where no gradient reads what lies between.
 */
export function rmsNorm(x: Value, scale: Value, epsilon: number): Value {
  const r = reciprocal(sqrt(add(mean(square(x), [-1], true), epsilon)))
  return mul(mul(x, r), scale)
}
