/** The whole forward pass with every tap. */
import type { Graph } from '#compute/graph/graph.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Hooks, Model } from '#compute/models/model.ts'
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
