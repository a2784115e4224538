/** What every layer of the decoder would write. */
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Model } from '#compute/models/model.ts'
import { vector } from '#compute/ops/constant.ts'
import { add, cast, greater } from '#compute/ops/elementwise.ts'
import { gather } from '#compute/ops/gather.ts'
import { logSoftmax } from '#compute/ops/normalise.ts'
import { sum, topK } from '#compute/ops/reduce.ts'
import { concat } from '#compute/ops/shape.ts'
import { entropyOf, logProbOf } from './distribution.ts'
import { readTokens, tokenInputs } from './token-inputs.ts'

/**
 * Inputs `input_ids` [1, n], for encoder-decoder models `decoder_input_ids` [1, m]; `position` and `target` [K]. States of layer
 * l = 0 … L at those positions go through the final norm and the head. Outputs `id`, `logProb` [L + 1, K, count], best first;
 * `entropy`, `target.logProb`, `target.rank` [L + 1, K], 1 for the likeliest.
 */
export function logitLensGraph(model: Model, count: number): Graph {
  const ids = tokenInputs(model)
  const rows = makeSize('targets')
  const position = input('position', 'int64', [rows])
  const target = input('target', 'int64', [rows])
  const seen: Value[] = []
  const hooks = {
    states: (side: string, _layer: number, states: Value) => void (side === 'decoder' && seen.push(states)),
  }
  model.decode(readTokens(model, ids, {}), hooks)
  const picked = seen.map((states) => gather(states, position, 1)) // [1, K, width], the last one finished already
  const inner = picked.slice(0, -1)
  const finished = inner.length === 0 ? picked : [model.finish(concat(inner, 0)), picked.at(-1)!]
  const logProbs = logSoftmax(model.head(concat(finished, 0))) // [L + 1, K, vocabulary]
  const best = topK(logProbs, vector('int64', [count]), count)
  const own = logProbOf(logProbs, target, true)
  const better = sum(cast(greater(logProbs, own), 'float32'), [-1])
  return {
    name: 'logit-lens',
    inputs: [...ids, position, target],
    outputs: [
      { name: 'id', value: best.indices },
      { name: 'logProb', value: best.values },
      { name: 'entropy', value: entropyOf(logProbs) },
      { name: 'target.logProb', value: sum(own, [-1]) },
      { name: 'target.rank', value: add(better, 1) },
    ],
  }
}
