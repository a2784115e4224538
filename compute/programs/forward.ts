/** The whole forward pass with every tap. */
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import { lookUp } from '#compute/models/blocks.ts'
import type { Hooks, Model } from '#compute/models/model.ts'

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
  const batch = makeSize('batch')
  const ids = input('input_ids', 'int64', [batch, makeSize('source')])
  const source = lookUp(ids, model.embeddings('source'))
  if (model.encode === null) {
    const { states } = model.decode({ embeddings: source, memory: null }, hooks)
    return { name: 'forward', inputs: [ids], outputs: [{ name: 'logits', value: model.head(states) }, ...outputs] }
  }
  const prefixIds = input('decoder_input_ids', 'int64', [batch, makeSize('prefix')])
  const memory = { states: model.encode(source, hooks) }
  const { states } = model.decode({ embeddings: lookUp(prefixIds, model.embeddings('prefix')), memory }, hooks)
  const logits = { name: 'logits', value: model.head(states) }
  return { name: 'forward', inputs: [ids, prefixIds], outputs: [logits, ...outputs] }
}
