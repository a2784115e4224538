/** M2M100 and NLLB (Fan et al. 2020, as in transformers' `modeling_m2m_100.py`): norms first and one at the end, fixed positions. */
import type { Architecture } from './model.ts'
import { readSizes, requireNorms, seq2seqModel } from './seq2seq.ts'
import { offsetSinusoids } from './sinusoids.ts'
import { readTiedEmbeddings } from './tied-embedding.ts'

const norms = { normFirst: true, hasEmbeddingNorm: false }

export const m2m100: Architecture = {
  modelType: 'm2m_100',
  kind: 'encoder-decoder',
  base: 'model.',
  open: (config, tensors) => {
    requireNorms(config, norms)
    const sizes = readSizes(config, { activation: 'relu', scalesEmbedding: true })
    const special = { pad: 1, bos: 0, end: [2], start: 2 }
    const { head, ...tables } = readTiedEmbeddings(config, tensors, [config.whole('vocab_size', 128112), sizes.width])
    return seq2seqModel(config, tensors, sizes, {
      architecture: 'm2m_100',
      ...norms,
      positions: offsetSinusoids(sizes.maxTokens, sizes.width, (config.id('pad_token_id') ?? special.pad) + 1),
      special,
      ...tables,
      head: { ...head, bias: null }, // the family's bias on the logits is not part of this architecture
    })
  },
}
