/** Pegasus (Zhang et al. 2020, as in transformers' `modeling_pegasus.py`): norms first and one at the end, fixed positions. */
import type { Architecture } from './model.ts'
import { readSizes, seq2seqModel } from './seq2seq.ts'
import { sinusoidPositions } from './sinusoids.ts'

export const pegasus: Architecture = {
  modelType: 'pegasus',
  kind: 'encoder-decoder',
  base: 'model.',
  open: (config, tensors) => {
    config.require('normalize_before', [true])
    config.require('normalize_embedding', [false])
    config.require('add_final_layer_norm', [true])
    const sizes = readSizes(config)
    const isTied = config.flag('tie_word_embeddings', true)
    const vocabulary = config.whole('vocab_size', 50265)
    const shape = [vocabulary, sizes.width]
    const names = ['model.shared.weight', 'model.encoder.embed_tokens.weight', 'model.decoder.embed_tokens.weight']
    const embedding = tensors.read(shape, ...names, ...(isTied ? ['lm_head.weight'] : []))
    const bias = tensors.has('final_logits_bias') ? tensors.read([1, vocabulary], 'final_logits_bias') : null
    return seq2seqModel(config, tensors, sizes, {
      architecture: 'pegasus',
      normFirst: true,
      positions: sinusoidPositions(tensors, sizes.maxTokens, sizes.width),
      sourceEmbedding: embedding,
      outputEmbedding: embedding,
      head: { weight: isTied ? embedding : tensors.read(shape, 'lm_head.weight'), bias },
    })
  },
}
