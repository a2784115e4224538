/** Softmax and layer norm. */
import { makeNode, makeValue } from '#compute/graph/node.ts'
import type { Value } from '#compute/graph/value.ts'

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
