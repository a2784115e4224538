/** Pegasus (Zhang et al. 2020, as in transformers' `modeling_pegasus.py`): norms first and one at the end, fixed positions. */
import type { Architecture } from './model.ts'
import { readSizes, seq2seqModel } from './seq2seq.ts'
import { sinusoidPositions } from './sinusoids.ts'
import { readTiedEmbeddings } from './tied-embedding.ts'

export const pegasus: Architecture = {
  modelType: 'pegasus',
  kind: 'encoder-decoder',
  base: 'model.',
  open: (config, tensors) => {
    config.require('normalize_before', [true])
    config.require('normalize_embedding', [false])
    config.require('add_final_layer_norm', [true])
    const sizes = readSizes(config, { activation: 'gelu', scalesEmbedding: false })
    return seq2seqModel(config, tensors, sizes, {
      architecture: 'pegasus',
      normFirst: true,
      hasEmbeddingNorm: false,
      positions: sinusoidPositions(tensors, sizes.maxTokens, sizes.width),
      special: { pad: 0, bos: null, end: [1], start: 0 },
      ...readTiedEmbeddings(config, tensors, [config.whole('vocab_size', 50265), sizes.width]),
    })
  },
}
