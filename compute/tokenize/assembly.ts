import { ComputeError } from '#compute/errors.ts'
import type { Languages, TokenizedText } from '#compute/types.ts'
import type { DecodedText } from './decoded-text.ts'
import { chooseLanguages, missingTarget } from './languages.ts'
import type { LanguageRules } from './languages.ts'
import type { NamedTokens } from './settings.ts'
import { makeWellFormed } from './text.ts'
import { makeTokenList } from './token-list.ts'
import type { DescribedText, Tokenizer, TokenizerLanguages } from './tokenizer.ts'
import { pieceOf } from './vocabulary.ts'
import type { Vocabulary } from './vocabulary.ts'

/** What differs from one kind of tokenizer to the next. */
export interface TokenizerParts {
  readonly name: string
  readonly vocabulary: Vocabulary
  /** The vocabulary of the output, where it is another one. */
  readonly targetVocabulary?: Vocabulary
  readonly named: NamedTokens
  /** null where a model has no language codes. */
  readonly languages: LanguageRules | null
  /** Of a text of whole characters, in the language of a code (empty where there are none). */
  encode(text: string, language: string): TokenizedText | Promise<TokenizedText>
  encodeTarget(text: string, language: string): TokenizedText | Promise<TokenizedText>
  /** The text of pieces, none of them silent, one offset pair each. */
  decode(pieces: readonly string[]): DecodedText
}

/** Makes a tokenizer of its parts: what is left is the same for all kinds. */
export function assembleTokenizer(parts: TokenizerParts, asked: Languages = {}): Tokenizer {
  const output = parts.targetVocabulary ?? parts.vocabulary
  const describe = (ids: readonly number[]): DescribedText => describeIds(ids, output, parts.decode)
  const languages = parts.languages === null ? null : languagesOf(parts.languages, asked, output)
  return {
    name: parts.name,
    size: Math.max(parts.vocabulary.size, output.size),
    unknownId: parts.vocabulary.unknownId,
    specialTokens: Object.fromEntries(
      Object.entries(parts.named).flatMap(([role, token]) => (token ? [[role, token.content]] : [])),
    ),
    languages,
    withLanguages: (more) => withLanguages(parts, { ...asked, ...more }),
    encode: async (text) => parts.encode(readable(text), languages?.source ?? ''),
    encodeTarget: async (text) => parts.encodeTarget(readable(text), writtenLanguage(parts.languages, languages)),
    decode: (ids) => describe(ids).text,
    describe,
    token: (id) => pieceOf(output, id),
    id: (token) => output.id(token) ?? null,
  }
}

function languagesOf(rules: LanguageRules, asked: Languages, vocabulary: Vocabulary): TokenizerLanguages {
  const { source, target } = chooseLanguages(rules, asked)
  return {
    codes: rules.codes,
    source,
    target,
    targetId: target === null ? null : (vocabulary.id(rules.piece(target)) ?? null),
    ids: new Set(rules.codes.map((code) => vocabulary.id(rules.piece(code))).filter((id) => id !== undefined)),
    isSuffix: rules.isSuffix,
    requireTarget: () => {
      if (target === null && rules.needsTarget !== 'never') throw missingTarget(rules)
    },
  }
}

function withLanguages(parts: TokenizerParts, asked: Languages): Tokenizer {
  const said = Object.fromEntries(Object.entries(asked).filter(([, code]) => (code ?? null) !== null))
  if (parts.languages !== null || Object.keys(said).length === 0) return assembleTokenizer(parts, said)
  throw new ComputeError(
    'bad-input',
    'This model has no language codes; leave --source-language and --target-language out',
  )
}

/** The language of a text that is written; where none is known, transformers takes that of the text that is read. */
function writtenLanguage(rules: LanguageRules | null, languages: TokenizerLanguages | null): string {
  if (rules === null || languages === null) return ''
  if (rules.needsTarget === 'always') languages.requireTarget()
  return languages.target ?? languages.source
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
