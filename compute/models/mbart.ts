/** mBART (Liu et al. 2020, as in transformers' `modeling_mbart.py`): BART with norms first and one at the end. */
import type { Architecture } from './model.ts'
import { learnedPositions, readSizes, seq2seqModel } from './seq2seq.ts'
import { readTiedEmbeddings } from './tied-embedding.ts'

export const mbart: Architecture = {
  modelType: 'mbart',
  kind: 'encoder-decoder',
  base: 'model.',
  open: (config, tensors) => {
    config.require('normalize_before', [true])
    config.require('normalize_embedding', [true])
    config.require('add_final_layer_norm', [true])
    config.require('static_position_embeddings', [false])
    const sizes = readSizes(config, { activation: 'gelu', scalesEmbedding: false })
    return seq2seqModel(config, tensors, sizes, {
      architecture: 'mbart',
      normFirst: true,
      hasEmbeddingNorm: true,
      positions: learnedPositions(tensors, sizes),
      special: { pad: 1, bos: 0, end: [2], start: null },
      ...readTiedEmbeddings(config, tensors, [config.whole('vocab_size', 50265), sizes.width]),
    })
  },
}
