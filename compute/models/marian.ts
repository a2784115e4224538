/** MarianMT (Junczys-Dowmunt et al. 2018, as in transformers' `modeling_marian.py`): norms after, fixed positions. */
import type { Fields } from '#compute/checkpoint/fields.ts'
import type { Architecture } from './model.ts'
import { readSizes, requireNorms, seq2seqModel } from './seq2seq.ts'
import { sinusoidPositions } from './sinusoids.ts'
import type { Tensors } from './tensors.ts'
import { headName, readLogitsBias, readTiedEmbeddings, tableNames } from './tied-embedding.ts'
import type { Embeddings } from './tied-embedding.ts'

const norms = { normFirst: false, hasEmbeddingNorm: false }

export const marian: Architecture = {
  modelType: 'marian',
  kind: 'encoder-decoder',
  base: 'model.',
  open: (config, tensors) => {
    requireNorms(config, norms)
    const sizes = readSizes(config, { activation: 'gelu', scalesEmbedding: false })
    // Before the positions: a width that the tables do not have is refused before anything so wide is computed.
    const embeddings = readEmbeddings(config, tensors, sizes.width)
    return seq2seqModel(config, tensors, sizes, {
      architecture: 'marian',
      ...norms,
      positions: sinusoidPositions(tensors, sizes.maxTokens, sizes.width),
      special: { pad: 58100, bos: null, end: [0], start: 58100 },
      ...embeddings,
    })
  },
}

/** One table for both sides and the head, or one a side, and a head of its own or tied to the output's. */
function readEmbeddings(config: Fields, tensors: Tensors, width: number): Embeddings {
  const sourceSize = config.whole('vocab_size', 58101)
  if (config.flag('share_encoder_decoder_embeddings', true)) {
    return readTiedEmbeddings(config, tensors, [sourceSize, width])
  }
  const outputSize = config.whole('decoder_vocab_size', sourceSize)
  const { encoder, decoder } = tableNames('model.')
  const isTied = config.flag('tie_word_embeddings', true)
  return {
    source: tensors.read([sourceSize, width], encoder),
    output: tensors.read([outputSize, width], decoder, ...(isTied ? [headName] : [])),
    head: {
      weight: tensors.read([outputSize, width], headName, ...(isTied ? [decoder] : [])),
      bias: readLogitsBias(tensors, outputSize),
    },
  }
}
