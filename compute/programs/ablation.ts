/** F with heads switched off: many sets of heads share one run, each along the axis where paths have their nodes. */
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Hooks, Model } from '#compute/models/model.ts'
import { add, mul, sub } from '#compute/ops/elementwise.ts'
import { mean } from '#compute/ops/reduce.ts'
import { squeeze, unsqueeze } from '#compute/ops/shape.ts'
import type { AttentionPlace } from '#compute/types.ts'
import { listInputs, objectiveOf, targetInputs, targetRows } from './objective.ts'
import type { ObjectiveSpec } from './objective.ts'
import { readTokens, tokenInputs } from './token-inputs.ts'

/** How inputs and outputs of a place are named: `cross.0`. */
export const placeKey = ({ kind, layer }: AttentionPlace): string => `${kind}.${layer}`

/**
 * Inputs `input_ids` [1, n], for encoder-decoder models `decoder_input_ids` [1, m], the targets, and per place
 * `keep.{kind}.{l}` [sets, heads] (1 keeps a head, 0 puts its value in place of its output) and `value.{kind}.{l}`
 * [heads, head width or 1]. Output `objective` [K, sets].
 */
export function ablationGraph(model: Model, spec: ObjectiveSpec): Graph {
  const sets = makeSize('sets')
  const switches: Value[] = []
  const hooks: Hooks = {
    heads: (kind, layer, output) => {
      const heads = output.shape.at(-3)!
      const key = placeKey({ kind, layer })
      const keep = input(`keep.${key}`, 'float32', [sets, heads])
      const value = input(`value.${key}`, 'float32', [heads, makeSize(`${key}.width`)])
      switches.push(keep, value)
      return mix(output, unsqueeze(keep, [2, 3]), unsqueeze(value, [1]))
    },
  }
  const targets = targetInputs(spec)
  const ids = tokenInputs(model)
  const { embeddings, memory } = readTokens(model, ids, hooks)
  const { states } = model.decode({ embeddings, memory, rows: targetRows(targets, embeddings) }, hooks)
  const objective = objectiveOf(model, states, targets, spec)
  return {
    name: 'ablation',
    inputs: [...ids, ...switches, ...listInputs(targets)],
    outputs: [{ name: 'objective', value: objective }],
  }
}

/** keep · output + (1 − keep) · value */
export const mix = (output: Value, keep: Value, value: Value): Value => add(mul(output, keep), mul(sub(1, keep), value))

/** Inputs as above without targets. Outputs `{kind}.{l}` [heads, head width]: the mean of each head's output over the queries. */
export function headMeansGraph(model: Model): Graph {
  const outputs: { name: string; value: Value }[] = []
  const hooks: Hooks = {
    heads: (kind, layer, output) => {
      outputs.push({ name: placeKey({ kind, layer }), value: squeeze(mean(output, [-2]), [0]) })
      return output
    },
  }
  const ids = tokenInputs(model)
  model.decode(readTokens(model, ids, hooks), hooks)
  return { name: 'head-means', inputs: ids, outputs }
}
