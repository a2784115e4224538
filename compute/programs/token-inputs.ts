/** The token ids that programs read, as graph inputs, and what a model makes of them before its decoder runs. */
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Dim, Value } from '#compute/graph/value.ts'
import { lookUp } from '#compute/models/blocks.ts'
import type { Hooks, Model } from '#compute/models/model.ts'

/** Those of a decoder-only model, or of both sides. */
export type TokenInputs = readonly [source: Value] | readonly [source: Value, prefix: Value]

/** `input_ids` [batch, n] and, for encoder-decoder models, `decoder_input_ids` [batch, m], int64. */
export function tokenInputs(model: Model, batch: Dim = 1): TokenInputs {
  const source = input('input_ids', 'int64', [batch, makeSize('source')])
  return model.encode === null ? [source] : [source, input('decoder_input_ids', 'int64', [batch, makeSize('prefix')])]
}

/** What the decoder is given of them; hooks are called for the encoder. */
export function readTokens(
  model: Model,
  [sourceIds, prefixIds]: TokenInputs,
  hooks: Hooks,
): { readonly embeddings: Value; readonly memory: { readonly states: Value } | null } {
  const source = lookUp(sourceIds, model.embeddings('source'))
  if (prefixIds === undefined) return { embeddings: source, memory: null }
  const memory = { states: model.encode!(source, hooks) } // only models with an encoder have two inputs
  return { embeddings: lookUp(prefixIds, model.embeddings('prefix')), memory }
}
