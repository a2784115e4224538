/** BART (Lewis et al. 2019, as in transformers' `modeling_bart.py`): norms after, one on the embeddings, learned positions. */
import type { Architecture } from './model.ts'
import { learnedPositions, readSizes, requireNorms, seq2seqModel } from './seq2seq.ts'
import { readTiedEmbeddings } from './tied-embedding.ts'

const norms = { normFirst: false, hasEmbeddingNorm: true }

export const bart: Architecture = {
  modelType: 'bart',
  kind: 'encoder-decoder',
  base: 'model.',
  open: (config, tensors) => {
    requireNorms(config, norms)
    config.require('static_position_embeddings', [false])
    const sizes = readSizes(config, { activation: 'gelu', scalesEmbedding: false })
    return seq2seqModel(config, tensors, sizes, {
      architecture: 'bart',
      ...norms,
      positions: learnedPositions(tensors, sizes),
      special: { pad: 1, bos: 0, end: [2], start: 2 },
      ...readTiedEmbeddings(config, tensors, [config.whole('vocab_size', 50265), sizes.width]),
    })
  },
}
