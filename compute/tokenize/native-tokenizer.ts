/** Tokenizers run by the native tokenizers library of Hugging Face, from a definition whose parts are all known. */
import { AddedToken as NativeAddedToken, Tokenizer as NativeTokenizer } from 'tokenizers'
import { ComputeError } from '#compute/errors.ts'
import type { TokenizedText } from '#compute/types.ts'
import { assembleTokenizer } from './assembly.ts'
import type { AddedToken } from './added-token.ts'
import { cleanUpSpaces } from './decoded-text.ts'
import type { LanguageRules } from './languages.ts'
import type { NamedTokens, TokenizerSettings } from './settings.ts'
import { makeUnitIndex } from './text.ts'
import { makeTokenDecoder } from './token-decoder.ts'
import { makeTokenList } from './token-list.ts'
import type { TokenizerDefinition } from './tokenizer-definition.ts'
import type { Tokenizer } from './tokenizer.ts'
import { makeVocabulary } from './vocabulary.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Special tokens before and after every text. */
export interface Frame {
  readonly before: readonly string[]
  readonly after: readonly string[]
}

export interface NativeParts {
  /** What it was read from, for people. */
  readonly name: string
  /** The file to name in errors. */
  readonly file: string
  readonly definition: TokenizerDefinition
  /** Tokens beside the vocabulary, in the order in which they get their ids; of equal ones the first counts. */
  readonly added: readonly AddedToken[]
  /** Special tokens with a role. */
  readonly named: NamedTokens
  /** The token that stands for text no piece covers. */
  readonly unknown: string | null
  /** Tokens that mark something, beside the added special ones. */
  readonly marks: ReadonlySet<string>
  readonly cleanUpSpaces: TokenizerSettings['cleanUpSpaces']
  /** Put around a text instead of what the definition's post-processor puts there. */
  readonly frame: Frame | null
  readonly languages: LanguageRules | null
}

export function makeNativeTokenizer(parts: NativeParts): Tokenizer {
  const { name, definition, file, languages } = parts
  const native = makeNative(parts)
  const vocabulary = readVocabulary(native, parts)
  const decode = makeTokenDecoder(definition.decoder ?? null)
  // transformers leaves byte-pair text as it is: the rules are for WordPiece.
  const cleansUp = parts.cleanUpSpaces === true ? definition.model.type !== 'BPE' : parts.cleanUpSpaces !== false
  const read = makeReader(native, vocabulary, trimsSpaces(definition), file)
  const encode = async (text: string, frame: Frame | null): Promise<TokenizedText> =>
    frameTokens(await read(text), vocabulary, frame)
  return assembleTokenizer({
    name,
    vocabulary,
    named: parts.named,
    languages,
    encode: (text, language) => encode(text, languages?.frame(language) ?? parts.frame),
    encodeTarget: (text, language) => encode(text, languages?.frame(language) ?? parts.frame),
    decode: (pieces) => (cleansUp ? cleanUpSpaces(decode(pieces)) : decode(pieces)),
  })
}

function frameTokens(tokens: TokenizedText, vocabulary: Vocabulary, frame: Frame | null): TokenizedText {
  if (frame === null) return tokens
  const around = (names: readonly string[]): TokenizedText => {
    const list = makeTokenList(vocabulary)
    for (const name of names) list.push(vocabulary.id(name) ?? vocabulary.unknownId ?? 0, 0, 0)
    return list.close()
  }
  const [before, after] = [around(frame.before), around(frame.after)]
  return {
    ids: [...before.ids, ...tokens.ids, ...after.ids],
    tokens: [...before.tokens, ...tokens.tokens, ...after.tokens],
    offsets: [...before.offsets, ...tokens.offsets, ...after.offsets],
    special: [...before.special, ...tokens.special, ...after.special],
  }
}

function makeNative({ definition, added, file }: NativeParts): NativeTokenizer {
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
    throw new ComputeError('bad-checkpoint', `${file} is refused by its library: ${fault}. Fetch the file again`, {
      cause,
    })
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

function readVocabulary(native: NativeTokenizer, { definition, added, unknown, marks }: NativeParts): Vocabulary {
  // Tokens that the vocabulary lacks get their ids from the library, which also knows them in the form that its decoder expects.
  const more = added.flatMap(({ content }): [string, number][] => {
    const id = native.tokenToId(content)
    return id === null ? [] : [[native.idToToken(id) ?? content, id]]
  })
  const first = new Map(added.toReversed().map((token) => [token.content, token]))
  return makeVocabulary({
    entries: [...definition.model.entries, ...more],
    special: new Set([...first.values()].filter((token) => token.special).map(({ content }) => content)),
    unknown,
    marks,
  })
}

function makeReader(
  native: NativeTokenizer,
  vocabulary: Vocabulary,
  trims: boolean,
  file: string,
): (text: string) => Promise<TokenizedText> {
  return async (text) => {
    const encoding = await native.encode(text).catch((cause: unknown) => {
      const fault = cause instanceof Error ? cause.message : String(cause)
      throw new ComputeError('bad-checkpoint', `${file} cannot read this text: ${fault}. Use another checkpoint`, {
        cause,
      })
    })
    const unitOf = makeUnitIndex(text)
    const offsets = encoding.getOffsets()
    const tokens = makeTokenList(vocabulary)
    encoding.getIds().forEach((id, index) => {
      const [from = 0, to = 0] = offsets[index] ?? []
      const start = unitOf(from)
      const end = Math.max(start, unitOf(to))
      if (trims) tokens.push(id, ...trimSpaces(text, start, end))
      else if (vocabulary.piece(id) === '▁' && !/[\s▁]/.test(text[start] ?? '')) tokens.push(id, start, start)
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
