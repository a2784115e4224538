/** MarianMT (Junczys-Dowmunt et al. 2018, as in transformers' `modeling_marian.py`): norms after, fixed positions. */
import type { Fields } from '#compute/checkpoint/fields.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Architecture } from './model.ts'
import { readSizes, seq2seqModel } from './seq2seq.ts'
import { sinusoidPositions } from './sinusoids.ts'
import type { Tensors } from './tensors.ts'

export const marian: Architecture = {
  modelType: 'marian',
  kind: 'encoder-decoder',
  base: 'model.',
  open: (config, tensors) => {
    config.require('normalize_before', [false])
    config.require('normalize_embedding', [false])
    config.require('add_final_layer_norm', [false])
    const sizes = readSizes(config)
    const { source, output, head } = readEmbeddings(config, tensors, sizes.width)
    return seq2seqModel(config, tensors, sizes, {
      architecture: 'marian',
      normFirst: false,
      positions: sinusoidPositions(tensors, sizes.maxTokens, sizes.width),
      sourceEmbedding: source,
      outputEmbedding: output,
      head,
    })
  },
}

/** One table for both sides and the head, or one a side, and a head of its own or tied to the output's. */
function readEmbeddings(config: Fields, tensors: Tensors, width: number) {
  const isShared = config.flag('share_encoder_decoder_embeddings', true)
  const isTied = config.flag('tie_word_embeddings', true)
  const sourceSize = config.whole('vocab_size', 58101)
  const outputSize = isShared ? sourceSize : config.whole('decoder_vocab_size', sourceSize)
  const ownHead = 'lm_head.weight'
  const [encoder, decoder] = ['model.encoder.embed_tokens.weight', 'model.decoder.embed_tokens.weight']
  const tiedHead = isTied ? [ownHead] : []
  const sharedNames = ['model.shared.weight', encoder, decoder, ...tiedHead]
  const source = tensors.read([sourceSize, width], ...(isShared ? sharedNames : [encoder]))
  const output: Value = isShared ? source : tensors.read([outputSize, width], decoder, ...tiedHead)
  const weight = isTied ? output : tensors.read([outputSize, width], ownHead)
  const biasName = 'final_logits_bias'
  const bias = tensors.has(biasName) ? tensors.read([1, outputSize], biasName) : null
  return { source, output, head: { weight, bias } }
}
