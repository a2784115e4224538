/** mBART (Liu et al. 2020, as in transformers' `modeling_mbart.py`): BART with norms first and one at the end. */
import type { Architecture } from './model.ts'
import { learnedPositions, readSizes, requireNorms, seq2seqModel } from './seq2seq.ts'
import { readTiedEmbeddings } from './tied-embedding.ts'

const norms = { normFirst: true, hasEmbeddingNorm: true }

export const mbart: Architecture = {
  modelType: 'mbart',
  kind: 'encoder-decoder',
  base: 'model.',
  open: (config, tensors) => {
    requireNorms(config, norms)
    config.require('static_position_embeddings', [false])
    const sizes = readSizes(config, { activation: 'gelu', scalesEmbedding: false })
    return seq2seqModel(config, tensors, sizes, {
      architecture: 'mbart',
      ...norms,
      positions: learnedPositions(tensors, sizes),
      special: { pad: 1, bos: 0, end: [2], start: null },
      ...readTiedEmbeddings(config, tensors, [config.whole('vocab_size', 50265), sizes.width]),
    })
  },
}
