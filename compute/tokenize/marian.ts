/** Marian: `source.spm`, `target.spm` and `vocab.json` as MarianTokenizer of transformers 5 reads them. */
import type { TokenizedText } from '#compute/types.ts'
import { assembleTokenizer } from './assembly.ts'
import { cleanUpSpaces, joinParts, stripDecoded } from './decoded-text.ts'
import type { DecodedText } from './decoded-text.ts'
import type { ModelProto } from './model-proto.ts'
import { makeSentencePieceSplitter } from './sentencepiece.ts'
import type { PieceSpan } from './sentencepiece.ts'
import type { TokenizerSettings } from './settings.ts'
import { makeSpecialSplitter } from './special-text.ts'
import type { TextPart } from './special-text.ts'
import { makeTokenList } from './token-list.ts'
import type { Tokenizer } from './tokenizer.ts'
import { makeVocabulary } from './vocabulary.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface MarianFiles {
  readonly source: { readonly model: ModelProto; readonly file: string }
  readonly target: { readonly model: ModelProto; readonly file: string }
  readonly vocabulary: ReadonlyMap<string, number>
  /** The vocabulary of the target, where it is another one (`separate_vocabs`). */
  readonly targetVocabulary: ReadonlyMap<string, number> | null
}

export function makeMarianTokenizer(files: MarianFiles, settings: TokenizerSettings): Tokenizer {
  const names = {
    end: settings.special.eos ?? '</s>',
    unknown: settings.special.unk ?? '<unk>',
    pad: settings.special.pad ?? '<pad>',
  }
  const told = settings.added.filter(({ special }) => special).map(({ content }) => content)
  const specials = [...new Set([...told, names.end, names.unknown, names.pad, ...settings.special.more])]
  const cut = makeSpecialSplitter([...specials, ...settings.added.map(({ content }) => content)])
  const make = (entries: ReadonlyMap<string, number>): Vocabulary =>
    makeVocabulary({
      entries: withSpecials(entries, settings.added, specials),
      special: new Set(specials),
      unknown: names.unknown,
      marks: new Set([names.end, names.pad]),
    })
  const vocabulary = make(files.vocabulary)
  const targetVocabulary = files.targetVocabulary === null ? vocabulary : make(files.targetVocabulary)
  const encodeSide = (side: MarianFiles['source'], ids: Vocabulary): ((text: string) => TokenizedText) =>
    makeSideEncoder(makeSentencePieceSplitter(side.model, side.file), ids, cut, names.end)
  // Pieces of one shared vocabulary are decoded by the source model: transformers' `use_source_tokenizer`, true by default.
  const speaker = files.targetVocabulary === null ? files.source.model : files.target.model
  const mute = new Set(speaker.pieces.filter(({ type }) => type === 'control').map(({ text }) => text))
  return assembleTokenizer({
    name: 'SentencePiece unigram (Marian)',
    languages: null,
    named: settings.named,
    vocabulary,
    targetVocabulary,
    encode: encodeSide(files.source, vocabulary),
    encodeTarget: encodeSide(files.target, targetVocabulary),
    decode: (pieces) => {
      const decoded = decodePieces(pieces, mute)
      return settings.cleanUpSpaces !== false ? cleanUpSpaces(decoded) : decoded
    },
  })
}

/** Added tokens have ids of their own; special tokens that the vocabulary still lacks come after all others. */
function withSpecials(
  entries: ReadonlyMap<string, number>,
  added: TokenizerSettings['added'],
  specials: readonly string[],
): ReadonlyMap<string, number> {
  const all = new Map(entries)
  for (const { content, id } of added) all.set(content, id)
  for (const token of specials) if (!all.has(token)) all.set(token, all.size)
  return all
}

function makeSideEncoder(
  split: (text: string) => readonly PieceSpan[],
  vocabulary: Vocabulary,
  cut: (text: string) => readonly TextPart[],
  end: string,
): (text: string) => TokenizedText {
  const idOf = (piece: string): number => vocabulary.id(piece) ?? vocabulary.unknownId!
  return (text) => {
    const tokens = makeTokenList(vocabulary)
    for (const part of cut(text)) {
      const code = part.special ? part.text.length : languageCodeLength(part.text)
      if (code > 0) tokens.push(idOf(part.text.slice(0, code)), part.start, part.start + code)
      for (const span of split(part.text.slice(code))) {
        tokens.push(idOf(span.piece), part.start + code + span.start, part.start + code + span.end)
      }
    }
    tokens.push(idOf(end), 0, 0)
    return tokens.close()
  }
}

/** Length of a `>>de<<` at the start of a text, which is one token and names the language to translate into; else 0. */
function languageCodeLength(text: string): number {
  const end = text.startsWith('>>') ? text.indexOf('<<') : -1
  return end < 0 ? 0 : end + 2
}

/** `▁` is a space, and none stands at the ends. */
function decodePieces(pieces: readonly string[], mute: ReadonlySet<string>): DecodedText {
  return stripDecoded(joinParts(pieces.map((piece) => (mute.has(piece) ? '' : piece.replaceAll('▁', ' ')))))
}
