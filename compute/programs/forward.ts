/** The whole forward pass with every tap. */
import type { Graph } from '#compute/graph/graph.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Hooks, Model } from '#compute/models/model.ts'
import type { AttentionPlace } from '#compute/types.ts'
import { readTokens, tokenInputs } from './token-inputs.ts'

export interface ForwardTaps {
  readonly states: boolean
  readonly attention: boolean
}

/**
 * Inputs `input_ids` [batch, n] and, for encoder-decoder models, `decoder_input_ids` [batch, m], int64. Outputs `logits`, and
 * as asked `hidden.{encoder,decoder}.{l}` [batch, tokens, width] and `attention.{encoder,decoder,cross}.{l}`
 * [batch, heads, query, key].
 */
export function forwardGraph(model: Model, taps: ForwardTaps): Graph {
  const outputs: { name: string; value: Value }[] = []
  const hooks: Hooks = {
    states: (side, layer, value) => {
      if (taps.states) outputs.push({ name: `hidden.${side}.${layer}`, value })
    },
    attention: (kind, layer, value) => {
      if (taps.attention) outputs.push({ name: `attention.${kind}.${layer}`, value })
      return value
    },
  }
  const inputs = tokenInputs(model, makeSize('batch'))
  const { states } = model.decode(readTokens(model, inputs, hooks), hooks)
  return { name: 'forward', inputs, outputs: [{ name: 'logits', value: model.head(states) }, ...outputs] }
}

/** The attention of one layer alone, and nothing that comes after it. Inputs as above; output `weights` [1, heads, query, key]. */
export function attentionGraph(model: Model, place: AttentionPlace): Graph {
  const outputs: { name: string; value: Value }[] = []
  const hooks: Hooks = {
    attention: (kind, layer, value) => {
      if (kind === place.kind && layer === place.layer) outputs.push({ name: 'weights', value })
      return value
    },
  }
  const inputs = tokenInputs(model)
  model.decode(readTokens(model, inputs, hooks), hooks)
  // The attention of the encoder does not depend on what was written.
  return { name: 'attention', inputs: place.kind === 'encoder' ? inputs.slice(0, 1) : inputs, outputs }
}
