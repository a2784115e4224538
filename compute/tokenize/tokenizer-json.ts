/** Tokenizers of a `tokenizer.json`, run by the native tokenizers library of Hugging Face. */
import { AddedToken as NativeAddedToken, Tokenizer as NativeTokenizer } from 'tokenizers'
import type { Json } from '#compute/checkpoint/fields.ts'
import { ComputeError } from '#compute/errors.ts'
import type { TokenizedText } from '#compute/types.ts'
import { assembleTokenizer } from './assembly.ts'
import { cleanUpSpaces } from './decoded-text.ts'
import type { AddedToken, TokenizerSettings } from './settings.ts'
import { makeUnitIndex } from './text.ts'
import { makeTokenDecoder } from './token-decoder.ts'
import { makeTokenList } from './token-list.ts'
import { parseDefinition } from './tokenizer-definition.ts'
import type { TokenizerDefinition } from './tokenizer-definition.ts'
import type { Tokenizer } from './tokenizer.ts'
import { makeVocabulary } from './vocabulary.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Makes the tokenizer of the object in a `tokenizer.json`. */
export function makeJsonTokenizer(json: Json, told: TokenizerSettings): Tokenizer {
  const settings = withDefaults(told)
  const definition = withPrefixSpace(parseDefinition(json), settings)
  const added = addedTokens(definition, settings)
  const native = makeNative(definition, added)
  const vocabulary = readVocabulary(native, definition, added, settings)
  const decode = makeTokenDecoder(definition.decoder ?? null)
  const encode = makeEncoder(native, vocabulary, trimsSpaces(definition))
  // transformers leaves byte-pair text as it is: the rules are for WordPiece.
  const cleansUp = settings.cleanUpSpaces && definition.model.type !== 'BPE'
  return assembleTokenizer({
    name: 'tokenizer.json',
    vocabulary,
    encode,
    encodeTarget: encode,
    decode: (pieces) => (cleansUp ? cleanUpSpaces(decode(pieces)) : decode(pieces)),
  })
}

/** What GPT-2's class of transformers says where its settings are silent. */
const gpt2Token = '<|endoftext|>'

function withDefaults(settings: TokenizerSettings): TokenizerSettings {
  if (settings.family !== 'gpt2') return settings
  const { bos, eos, unk } = settings.special
  const special = { ...settings.special, bos: bos ?? gpt2Token, eos: eos ?? gpt2Token, unk: unk ?? gpt2Token }
  return { ...settings, special }
}

/** GPT-2's class takes `add_prefix_space` from its settings, whatever the file says. */
function withPrefixSpace(definition: TokenizerDefinition, settings: TokenizerSettings): TokenizerDefinition {
  const step = definition.pre_tokenizer
  if (settings.family !== 'gpt2' || step?.type !== 'ByteLevel') return definition
  return { ...definition, pre_tokenizer: { ...step, add_prefix_space: settings.addPrefixSpace === true } }
}

/** The tokens of the file, then those of the settings that it lacks or says otherwise. */
function addedTokens({ added_tokens }: TokenizerDefinition, settings: TokenizerSettings): readonly AddedToken[] {
  const told = [...added_tokens, ...settings.added]
  const { bos, eos, unk, pad, more: others } = settings.special
  const named = [bos, eos, unk, pad, ...others].filter((name) => name !== null)
  const known = new Set(told.map(({ content }) => content))
  const missing = [...new Set(named)].filter((content) => content !== '' && !known.has(content))
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
  return [...told, ...missing.map((content) => ({ content, ...flags }))]
}

function makeNative(definition: TokenizerDefinition, added: readonly AddedToken[]): NativeTokenizer {
  const { normalizer, pre_tokenizer, post_processor, decoder, model } = definition
  const text = JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: normalizer ?? null,
    pre_tokenizer: pre_tokenizer ?? null,
    post_processor: withoutTrimming(post_processor ?? null),
    decoder: decoder ?? null,
    model: model.native,
  })
  try {
    const native = NativeTokenizer.fromString(text)
    native.addAddedTokens(added.map(makeNativeToken))
    return native
  } catch (cause) {
    const fault = cause instanceof Error ? cause.message : String(cause)
    throw new ComputeError(
      'bad-checkpoint',
      `tokenizer.json is refused by its library: ${fault}. Fetch the file again`,
      { cause },
    )
  }
}

function makeNativeToken({ content, special, single_word, lstrip, rstrip, normalized }: AddedToken): NativeAddedToken {
  return new NativeAddedToken(content, special, {
    singleWord: single_word,
    leftStrip: lstrip,
    rightStrip: rstrip,
    normalized,
  })
}

type PostProcessor = NonNullable<TokenizerDefinition['post_processor']>

/** The library trims a lone space to nothing; we trim ourselves. */
function withoutTrimming(processor: PostProcessor | null): PostProcessor | null {
  if (processor === null) return null
  if (processor.type === 'Sequence') return { ...processor, processors: processor.processors.map(noTrimming) }
  return noTrimming(processor)
}

function noTrimming<Processor extends object>(processor: Processor): Processor {
  return 'trim_offsets' in processor ? { ...processor, trim_offsets: false } : processor
}

function trimsSpaces({ post_processor: processor }: TokenizerDefinition): boolean {
  const steps = processor?.type === 'Sequence' ? processor.processors : [processor]
  return steps.some((step) => step !== null && step !== undefined && 'trim_offsets' in step && step.trim_offsets)
}

function readVocabulary(
  native: NativeTokenizer,
  { model }: TokenizerDefinition,
  added: readonly AddedToken[],
  { special }: TokenizerSettings,
): Vocabulary {
  // Tokens that the vocabulary lacks get their ids from the library, which also knows them in the form that its decoder expects.
  const more = added.flatMap(({ content }): [string, number][] => {
    const id = native.tokenToId(content)
    return id === null ? [] : [[native.idToToken(id) ?? content, id]]
  })
  return makeVocabulary({
    entries: [...model.entries, ...more],
    special: new Set(added.filter((token) => token.special).map(({ content }) => content)),
    unknown: model.unknown ?? special.unk,
    marks: new Set([special.bos, special.eos, special.pad, ...special.more].filter((name) => name !== null)),
  })
}

function makeEncoder(
  native: NativeTokenizer,
  vocabulary: Vocabulary,
  trims: boolean,
): (text: string) => Promise<TokenizedText> {
  return async (text) => {
    const encoding = await native.encode(text).catch((cause: unknown) => {
      const fault = cause instanceof Error ? cause.message : String(cause)
      throw new ComputeError(
        'bad-checkpoint',
        `tokenizer.json cannot read this text: ${fault}. Use another checkpoint`,
        { cause },
      )
    })
    const unitOf = makeUnitIndex(text)
    const offsets = encoding.getOffsets()
    const tokens = makeTokenList(vocabulary)
    encoding.getIds().forEach((id, index) => {
      const [from = 0, to = 0] = offsets[index] ?? []
      const start = unitOf(from)
      const end = Math.max(start, unitOf(to))
      if (trims) tokens.push(id, ...trimSpaces(text, start, end))
      else tokens.push(id, start, end)
    })
    return tokens.close()
  }
}

/** Without the spaces around a word; spaces that are all a token has are its text. */
function trimSpaces(text: string, start: number, end: number): [start: number, end: number] {
  let first = start
  let last = end
  while (first < last && text[first] === ' ') first++
  while (last > first && text[last - 1] === ' ') last--
  return first === last ? [start, end] : [first, last]
}
