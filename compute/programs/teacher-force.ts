/** What a model thinks of given output tokens, in one pass. */
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Hooks, Model } from '#compute/models/model.ts'
import { vector } from '#compute/ops/constant.ts'
import { gather } from '#compute/ops/gather.ts'
import { logSoftmax } from '#compute/ops/normalise.ts'
import { mean, topK } from '#compute/ops/reduce.ts'
import { concat, padTo, sliceAt, squeeze, unsqueeze } from '#compute/ops/shape.ts'
import { entropyOf, logProbOf } from './distribution.ts'
import { readTokens, tokenInputs } from './token-inputs.ts'

export interface TeacherForceTaps {
  /** How many of the likeliest tokens to report per step. */
  readonly alternatives: number
  readonly states: boolean
}

/**
 * Inputs `input_ids` [1, n], for encoder-decoder models `decoder_input_ids` [1, m]; `position` [K], the rows whose logits are
 * read, `target` [K], the tokens found there, and `prompt` [1], the number of source tokens. Outputs `logProb`, `entropy` [K]
 * (nats), `alternatives.logProb`, `alternatives.id` [K, alternatives], and as asked `states.source` [layers + 1, width], the
 * mean over the source, and `states.steps` [layers + 1, K, width].
 */
export function teacherForceGraph(model: Model, taps: TeacherForceTaps): Graph {
  const ids = tokenInputs(model)
  const rows = makeSize('targets')
  const position = input('position', 'int64', [rows])
  const target = input('target', 'int64', [rows])
  const prompt = input('prompt', 'int64', [1])
  const seen: Record<'encoder' | 'decoder', Value[]> = { encoder: [], decoder: [] }
  const hooks: Hooks = taps.states ? { states: (side, _layer, states) => seen[side].push(states) } : {}
  const { states } = model.decode(readTokens(model, ids, hooks), hooks)
  const outputs = scoreTargets(model, squeeze(gather(states, position, 1), [0]), target, taps.alternatives)
  if (taps.states) {
    const widened = (layer: Value): Value => widenTo(layer, model.stateWidth)
    const steps = seen.decoder.map((layer) => gather(widened(layer), position, 1)) // [1, K, width]
    const read = model.encode === null ? seen.decoder : seen.encoder
    const sources = read.map((layer) => meanOf(widened(layer), prompt))
    outputs.push(
      { name: 'states.steps', value: concat(steps, 0) },
      { name: 'states.source', value: concat(sources, 0) },
    )
  }
  const inputs = [...ids, position, target, prompt]
  return { name: 'teacher-force', inputs, outputs }
}

/** The first outputs of `teacherForceGraph`, of the states [K, width] that the tokens `target` [K] were read from. */
export function scoreTargets(
  model: Model,
  states: Value,
  target: Value,
  alternatives: number,
): Graph['outputs'][number][] {
  const logProbs = logSoftmax(model.head(states)) // [K, vocabulary]
  const count = Math.min(alternatives, model.vocabulary.output)
  const best = topK(logProbs, vector('int64', [count]), count)
  return [
    { name: 'logProb', value: logProbOf(logProbs, target) },
    { name: 'entropy', value: entropyOf(logProbs) },
    { name: 'alternatives.logProb', value: best.values },
    { name: 'alternatives.id', value: best.indices },
  ]
}

/** Zeros behind states that the model narrows after its last layer: all layers are as wide then, and no distance changes. */
export function widenTo(states: Value, width: number): Value {
  const own = states.shape.at(-1)! as number // a weight made it, so it is known
  return own === width ? states : padTo(states, -1, vector('int64', [0]), vector('int64', [width - own]), width)
}

/** Mean over the first tokens of [1, tokens, width], as [1, width]. */
function meanOf(states: Value, count: Value): Value {
  const part = sliceAt(squeeze(states, [0]), 0, vector('int64', [0]), count, makeSize('prompt'))
  return unsqueeze(mean(part, [0]), [0])
}
