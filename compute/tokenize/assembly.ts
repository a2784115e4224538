import { ComputeError } from '#compute/errors.ts'
import type { TokenizedText } from '#compute/types.ts'
import type { DecodedText } from './decoded-text.ts'
import { makeWellFormed } from './text.ts'
import { makeTokenList } from './token-list.ts'
import type { DescribedText, Tokenizer } from './tokenizer.ts'
import { pieceOf } from './vocabulary.ts'
import type { Vocabulary } from './vocabulary.ts'

/** What differs from one kind of tokenizer to the next. */
export interface TokenizerParts {
  readonly name: string
  readonly vocabulary: Vocabulary
  /** The vocabulary of the output, where it is another one. */
  readonly targetVocabulary?: Vocabulary
  /** Of a text of whole characters. */
  encode(text: string): TokenizedText | Promise<TokenizedText>
  encodeTarget(text: string): TokenizedText | Promise<TokenizedText>
  /** The text of pieces, none of them silent, one offset pair each. */
  decode(pieces: readonly string[]): DecodedText
}

/** Makes a tokenizer of its parts: what is left is the same for all kinds. */
export function assembleTokenizer(parts: TokenizerParts): Tokenizer {
  const output = parts.targetVocabulary ?? parts.vocabulary
  const describe = (ids: readonly number[]): DescribedText => describeIds(ids, output, parts.decode)
  return {
    name: parts.name,
    size: Math.max(parts.vocabulary.size, output.size),
    unknownId: parts.vocabulary.unknownId,
    encode: async (text) => parts.encode(readable(text)),
    encodeTarget: async (text) => parts.encodeTarget(readable(text)),
    decode: (ids) => describe(ids).text,
    describe,
    token: (id) => pieceOf(output, id),
    id: (token) => output.id(token) ?? null,
  }
}

/** The native engine gives up on the whole process where a search goes on for ten million steps; no model reads so long a text. */
const longestText = 2 ** 20

/** A text that all engines can read: not endless, and of whole characters. */
function readable(text: string): string {
  if (text.length <= longestText) return makeWellFormed(text)
  throw new ComputeError('too-long', `The text has ${text.length} characters, more than ${longestText}; shorten it`)
}

function describeIds(ids: readonly number[], vocabulary: Vocabulary, decode: TokenizerParts['decode']): DescribedText {
  const spoken = ids.map((id) => (vocabulary.isSilent(id) ? undefined : vocabulary.piece(id)))
  const { text, offsets } = decode(spoken.filter((piece) => piece !== undefined))
  const tokens = makeTokenList(vocabulary)
  let next = 0
  let here = 0
  ids.forEach((id, index) => {
    if (spoken[index] !== undefined) {
      const [start, end] = offsets[next++]!
      tokens.push(id, start, end)
      here = end
    } else if (vocabulary.isSpecial(id)) tokens.push(id, text.length, text.length)
    else tokens.push(id, here, here)
  })
  return { text, tokens: tokens.close() }
}
