/** Definitions for the native library that must do what our own reader does. */
import { Tokenizer } from 'tokenizers'
import type { ModelProto } from '#compute/tokenize/model-proto.ts'

const reserved = ['<mask_1>', '<mask_2>', ...Array.from({ length: 101 }, (_, index) => `<unk_${index + 2}>`)]

/** Pegasus as transformers 5 hands it to the tokenizers library. */
export function makeNativePegasus({ pieces, normalizer }: ModelProto): Tokenizer {
  const vocab: [string, number][] = [
    ['<pad>', 0],
    ['</s>', 0],
    ...reserved.map((piece, index): [string, number] => [piece, index < 2 ? 0 : -100]),
    ...pieces.slice(2).map(({ text, score }): [string, number] => [text, score]),
  ]
  const special = ['<pad>', '</s>', ...reserved, '<unk>']
  const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
  return Tokenizer.fromString(
    JSON.stringify({
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: special.map((content, id) => ({ id, content, ...flags })),
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'Precompiled', precompiled_charsmap: Buffer.from(normalizer.precompiledCharsmap).toString('base64') },
          { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
        ],
      },
      pre_tokenizer: metaspace,
      post_processor: null,
      decoder: metaspace,
      model: { type: 'Unigram', unk_id: 105, vocab, byte_fallback: false },
    }),
  )
}
