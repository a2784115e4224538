/** Pegasus (Zhang et al. 2020, as in transformers' `modeling_pegasus.py`): norms first and one at the end, fixed positions. */
import type { Architecture } from './model.ts'
import { readSizes, requireNorms, seq2seqModel } from './seq2seq.ts'
import { sinusoidPositions } from './sinusoids.ts'
import { readTiedEmbeddings } from './tied-embedding.ts'

const norms = { normFirst: true, hasEmbeddingNorm: false }

export const pegasus: Architecture = {
  modelType: 'pegasus',
  kind: 'encoder-decoder',
  base: 'model.',
  open: (config, tensors) => {
    requireNorms(config, norms)
    const sizes = readSizes(config, { activation: 'gelu', scalesEmbedding: false })
    // Before the positions: a width that the tables do not have is refused before anything so wide is computed.
    const embeddings = readTiedEmbeddings(config, tensors, [config.whole('vocab_size', 50265), sizes.width])
    return seq2seqModel(config, tensors, sizes, {
      architecture: 'pegasus',
      ...norms,
      positions: sinusoidPositions(tensors, sizes.maxTokens, sizes.width),
      special: { pad: 0, bos: null, end: [1], start: 0 },
      ...embeddings,
    })
  },
}
