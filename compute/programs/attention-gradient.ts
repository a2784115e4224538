/**
 * Gradients of F by the attention probabilities of one layer and kind, scaled by α. The graph starts at that layer: what lies
 * before it does not change with α, and comes from one forward pass.
 */
import { ComputeError } from '#compute/errors.ts'
import { backward } from '#compute/grad/backward.ts'
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Dim, Value } from '#compute/graph/value.ts'
import type { Hooks, Model } from '#compute/models/model.ts'
import { matMul } from '#compute/ops/matrix.ts'
import { mul } from '#compute/ops/elementwise.ts'
import { sum } from '#compute/ops/reduce.ts'
import { reshape, unsqueeze } from '#compute/ops/shape.ts'
import type { AttentionPlace } from '#compute/types.ts'
import { listInputs, objectiveOf, targetInputs, targetRows } from './objective.ts'
import type { ObjectiveSpec } from './objective.ts'
import { readTokens, tokenInputs } from './token-inputs.ts'

/**
 * The forward pass that all layers start from. Inputs `input_ids` [1, n], for encoder-decoder models `decoder_input_ids`
 * [1, m]; `position`, `target` (and `contrast`) [K]. Outputs `objective` [K, 1], `states.{encoder,decoder}.{l}`
 * [1, tokens, width], the states that reach each layer, and `memory` [1, n, width], those the encoder ends with.
 */
export function layerStatesGraph(model: Model, spec: ObjectiveSpec): Graph {
  const outputs: { name: string; value: Value }[] = []
  const hooks: Hooks = {
    states: (side, layer, value) => {
      if (layer < model.layers[side]) outputs.push({ name: `states.${side}.${layer}`, value })
    },
  }
  const targets = targetInputs(spec)
  const ids = tokenInputs(model)
  const { embeddings, memory } = readTokens(model, ids, hooks)
  if (memory !== null) outputs.push({ name: 'memory', value: memory.states })
  const { states } = model.decode({ embeddings, memory, rows: targetRows(targets, embeddings) }, hooks)
  outputs.push({ name: 'objective', value: objectiveOf(model, states, targets, spec) })
  return {
    name: 'layer-states',
    inputs: [...ids, ...listInputs(targets)],
    outputs,
  }
}

/**
 * Inputs `decoder.states` [1, m, width] (those that reach the place's layer; of the first layer for encoder attention),
 * `encoder.states` [1, n, width] (encoder attention) or `memory` [1, n, width] (the other kinds of an encoder-decoder model),
 * `alpha` and `weights` [nodes] and the targets. Outputs `objective` [K, nodes]: F where the probabilities A of
 * all heads of the place are αA, not renormalised; `attribution` [K, heads, query, key]:
 * A ⊙ Σ_nodes weight · ∂F(αA)/∂A. In the decoder's last layer only the targets' own rows exist (query = 1).
 */
export function attentionGradientGraph(model: Model, spec: ObjectiveSpec, place: AttentionPlace): Graph {
  const alpha = input('alpha', 'float32', [makeSize('nodes')])
  const weights = input('weights', 'float32', [alpha.shape[0]!])
  const targets = targetInputs(spec)
  const seen: { readonly probabilities: Value; readonly point: Value }[] = []
  const hooks: Hooks = {
    attention: (kind, layer, probabilities) => {
      if (kind !== place.kind || layer !== place.layer) return probabilities
      const point = mul(unsqueeze(alpha, [1, 2, 3]), probabilities)
      seen.push({ probabilities, point })
      return point
    },
  }
  const { inputs, decoder, memory } = suffixInputs(model, place)
  const from = place.kind === 'encoder' ? 0 : place.layer
  const { states } = model.decode(
    { embeddings: decoder, from, memory: memory(hooks), rows: targetRows(targets, decoder) },
    hooks,
  )
  const objective = objectiveOf(model, states, targets, spec)
  const { probabilities, point } = found(seen, place)
  const [gradient] = backward(objective, [point], { kept: targets.targets })
  if (!gradient) throw new ComputeError('internal', `internal: the objective does not depend on ${nameOf(place)}`)
  const products = mul(gradient, probabilities) // [K, nodes, heads, query, key]
  return {
    name: 'attention-gradient',
    inputs: [...inputs, alpha, weights, ...listInputs(targets)],
    outputs: [
      { name: 'objective', value: objective },
      { name: 'slope', value: sum(products, [-3, -2, -1]) },
      { name: 'attribution', value: weighNodes(products, weights) },
    ],
  }
}

const nameOf = ({ kind, layer }: AttentionPlace): string => `the ${kind} attention of layer ${layer}`

function found<T>([first]: readonly T[], place: AttentionPlace): T {
  if (first === undefined) throw new ComputeError('internal', `internal: the model has not shown ${nameOf(place)}`)
  return first
}

interface SuffixInputs {
  readonly inputs: readonly Value[]
  readonly decoder: Value
  /** Encoder states, of an encoder that starts at the place's layer or as they are fed. */
  readonly memory: (hooks: Hooks) => { readonly states: Value } | null
}

function suffixInputs(model: Model, { kind, layer }: AttentionPlace): SuffixInputs {
  const statesNamed = (name: string, size: string): Value =>
    input(name, 'float32', [1, makeSize(size), model.stateWidth])
  const { encode } = model
  if (encode === null) {
    const decoder = statesNamed('decoder.states', 'source')
    return { inputs: [decoder], decoder, memory: () => null }
  }
  const decoder = statesNamed('decoder.states', 'prefix')
  const source = statesNamed(kind === 'encoder' ? 'encoder.states' : 'memory', 'source')
  const memory = (hooks: Hooks): { states: Value } => ({
    states: kind === 'encoder' ? encode(source, hooks, layer) : source,
  })
  return { inputs: [decoder, source], decoder, memory }
}

/** [K, nodes, …] to the weighted sum over the nodes [K, …], as one product. */
function weighNodes(products: Value, weights: Value): Value {
  const [targets, nodes, ...rest] = products.shape as [Dim, Dim, ...Dim[]]
  const flat = reshape(products, [targets, nodes, makeSize('entries')])
  return reshape(matMul(unsqueeze(weights, [0]), flat), [targets, ...rest])
}
