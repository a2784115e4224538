/** M2M100: `sentencepiece.bpe.model` and `vocab.json` as M2M100Tokenizer of transformers 5.23 reads them. */
import { ComputeError } from '#compute/errors.ts'
import type { TokenizedText } from '#compute/types.ts'
import { assembleTokenizer } from './assembly.ts'
import { cleanUpSpaces, joinParts, stripDecoded } from './decoded-text.ts'
import type { DecodedText } from './decoded-text.ts'
import { m2m100Codes, wmt21Codes } from './language-codes.ts'
import type { LanguageRules } from './languages.ts'
import type { ModelProto } from './model-proto.ts'
import { namedTokens } from './tokenizer-json.ts'
import { withDefaults } from './recipe.ts'
import { makeSentencePieceSplitter } from './sentencepiece.ts'
import { tokenRoles } from './settings.ts'
import type { TokenizerSettings } from './settings.ts'
import { makeFlaggedSplitter } from './special-text.ts'
import { fuse, readSentencePieceBytes } from './token-decoder.ts'
import { makeTokenList } from './token-list.ts'
import type { Tokenizer } from './tokenizer.ts'
import { makeVocabulary } from './vocabulary.ts'
import type { Vocabulary } from './vocabulary.ts'

const codeLists: Readonly<Record<string, readonly string[]>> = { m2m100: m2m100Codes, wmt21: wmt21Codes }
const pieceOf = (code: string): string => `__${code}__`

export interface M2m100Files {
  readonly model: ModelProto
  readonly file: string
  readonly vocabulary: ReadonlyMap<string, number>
}

export function makeM2m100Tokenizer({ model, file, vocabulary: ids }: M2m100Files, told: TokenizerSettings): Tokenizer {
  const usual = { bos: '<s>', eos: '</s>', sep: '</s>', unk: '<unk>', pad: '<pad>' }
  const settings = { ...told, named: withDefaults(told, usual) }
  const codes = codesOf(settings)
  const vocabulary = layOut(ids, codes, settings)
  const special = namedTokens(settings)
  const cut = makeFlaggedSplitter([...settings.added, ...special])
  const split = makeSentencePieceSplitter(model, file)
  const end = settings.named.eos?.content ?? '</s>'
  const idOf = (piece: string): number => vocabulary.id(piece) ?? vocabulary.unknownId!
  const encode = (text: string, language: string): TokenizedText => {
    const tokens = makeTokenList(vocabulary)
    tokens.push(idOf(pieceOf(language)), 0, 0)
    for (const part of cut(text)) {
      if (part.special) tokens.push(idOf(part.text), part.start, part.end)
      else
        for (const span of split(part.text))
          tokens.push(idOf(span.piece), part.start + span.start, part.start + span.end)
    }
    tokens.push(idOf(end), 0, 0)
    return tokens.close()
  }
  const decode = makeDecoder(model, new Set(special.map(({ content }) => content)))
  return assembleTokenizer({
    name: `SentencePiece ${model.trainer.modelType} (M2M100)`,
    vocabulary,
    named: settings.named,
    languages: languageRules(codes, end, settings),
    encode,
    encodeTarget: encode,
    decode: (pieces) => (settings.cleanUpSpaces === false ? decode(pieces) : cleanUpSpaces(decode(pieces))),
  })
}

function codesOf({ languages }: TokenizerSettings): readonly string[] {
  const name = languages.codes ?? 'm2m100'
  if (Object.hasOwn(codeLists, name)) return codeLists[name]!
  throw new ComputeError(
    'bad-checkpoint',
    `tokenizer_config.json: language_codes is ${JSON.stringify(name)}; it must be ${Object.keys(codeLists).join(' or ')}`,
  )
}

/** Language codes follow the vocabulary, whatever else is added; then come special tokens that it lacks. */
function layOut(ids: ReadonlyMap<string, number>, codes: readonly string[], settings: TokenizerSettings): Vocabulary {
  const all = new Map([...ids, ...codes.map((code, index): [string, number] => [pieceOf(code), ids.size + index])])
  for (const { content, id } of settings.added) all.set(content, id)
  const special = namedTokens(settings)
  let next = ids.size
  for (const { content } of special) {
    if (all.has(content)) continue
    while (settings.added.some(({ id }) => id === next)) next++
    all.set(content, next++)
  }
  const named = tokenRoles.map((role) => settings.named[role]?.content).filter((name) => name !== undefined)
  const unknown = settings.named.unk?.content ?? '<unk>'
  return makeVocabulary({
    entries: all,
    special: new Set([...special, ...settings.added.filter((token) => token.special)].map(({ content }) => content)),
    unknown,
    marks: new Set([...named.filter((name) => name !== unknown), ...codes.map(pieceOf)]),
  })
}

function languageRules(codes: readonly string[], end: string, { languages }: TokenizerSettings): LanguageRules {
  const { source, target } = languages
  return {
    codes,
    source: source ?? 'en',
    target,
    piece: pieceOf,
    // The encoder writes both pieces itself.
    frame: (code) => ({ before: [pieceOf(code)], after: [end] }),
    isSuffix: false,
    needsTarget: 'always',
  }
}

/** Stretches between special tokens are decoded as SentencePiece does it; none of them starts with a space. */
function makeDecoder(model: ModelProto, special: ReadonlySet<string>): (pieces: readonly string[]) => DecodedText {
  const { addDummyPrefix, removeExtraWhitespaces } = model.normalizer
  const types = new Map(model.pieces.map(({ text, type }) => [text, type]))
  return (pieces) => {
    let isStart = true
    const parts = pieces.map((piece) => {
      if (special.has(piece)) {
        isStart = true
        return piece
      }
      if (types.get(piece) === 'control') return ''
      let text = piece
      if (isStart && (addDummyPrefix || removeExtraWhitespaces) && text.startsWith('▁')) {
        text = text.slice(1)
        isStart = removeExtraWhitespaces
      }
      if (text !== '') isStart = false
      return text.replaceAll('▁', ' ')
    })
    const chunks = parts.map((part) => joinParts([part]))
    return stripDecoded(fuse(model.trainer.byteFallback ? readSentencePieceBytes(chunks) : chunks))
  }
}
