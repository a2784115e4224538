/** Pegasus: `spiece.model` as PegasusTokenizer of transformers 5 reads it, through the rules of the tokenizers library. */
import { ComputeError } from '#compute/errors.ts'
import { cleanUpSpaces, joinParts } from './decoded-text.ts'
import type { DecodedText } from './decoded-text.ts'
import { makeGraphemeNormalizer } from './grapheme-normalizer.ts'
import type { ModelProto } from './model-proto.ts'
import { makeNormalizedWriter, originOf } from './normalized-text.ts'
import type { NormalizedText } from './normalized-text.ts'
import { readCharacterMap, requireUnigram } from './sentencepiece.ts'
import { makeSpecialSplitter } from './special-text.ts'
import type { TextPart } from './special-text.ts'
import { makeTokenList } from './token-list.ts'
import type { TokenList } from './token-list.ts'
import { assembleTokenizer } from './assembly.ts'
import type { Tokenizer } from './tokenizer.ts'
import type { TokenizerSettings } from './settings.ts'
import { makeUnigram } from './unigram.ts'
import type { ScoredPiece } from './unigram.ts'
import { makeVocabulary } from './vocabulary.ts'
import type { Vocabulary } from './vocabulary.ts'

const pad = '<pad>'
const end = '</s>'
const unknown = '<unk>'
/** Ids 0 to 104 are pad, end, the two masks and 101 reserved ones; the pieces of the model follow, but for its own first two. */
const offset = 103
const reserved = ['<mask_1>', '<mask_2>', ...Array.from({ length: offset - 2 }, (_, index) => `<unk_${index + 2}>`)]
const ownPieces = 2

export function makePegasusTokenizer(model: ModelProto, settings: TokenizerSettings, file: string): Tokenizer {
  requireUnigram(model, file)
  const pieces = layOutPieces(model, file)
  const special = [pad, end, unknown, ...reserved]
  const vocabulary = makeVocabulary({
    entries: pieces.map(({ text }, id): [string, number] => [text, id]),
    special: new Set(special),
    unknown,
    marks: new Set([pad, end]),
  })
  const encode = makeEncoder(model, pieces, vocabulary, makeSpecialSplitter(special), file)
  return assembleTokenizer({
    name: 'SentencePiece unigram (Pegasus)',
    languages: null,
    named: settings.named,
    vocabulary,
    encode,
    encodeTarget: encode,
    decode: (spoken) => (settings.cleanUpSpaces !== false ? cleanUpSpaces(decodePieces(spoken)) : decodePieces(spoken)),
  })
}

/** Masks and reserved ids are pieces too, with the scores that PegasusTokenizer gives them: the lowest decides what unknown text costs. */
function layOutPieces(model: ModelProto, file: string): readonly ScoredPiece[] {
  const unknownAt = model.pieces.findIndex(({ type }) => type === 'unknown')
  if (unknownAt < ownPieces || model.pieces[unknownAt]!.text !== unknown) {
    throw new ComputeError(
      'bad-checkpoint',
      `${file} is not laid out as Pegasus' is: ${pad}, ${end}, then ${unknown}. Use the file of the checkpoint's own repository`,
    )
  }
  const first = [pad, end].map((text): ScoredPiece => ({ text, score: 0 }))
  const middle = reserved.map((text, index): ScoredPiece => ({ text, score: index < 2 ? 0 : -100 }))
  return [...first, ...middle, ...model.pieces.slice(ownPieces)]
}

function makeEncoder(
  model: ModelProto,
  pieces: readonly ScoredPiece[],
  vocabulary: Vocabulary,
  split: (text: string) => readonly TextPart[],
  file: string,
): (text: string) => ReturnType<TokenList['close']> {
  const map = readCharacterMap(model.normalizer, file)
  const normalize = map === null ? keepButNewlines : makeGraphemeNormalizer(map)
  const unknownScore = pieces.reduce((least, { score }) => Math.min(least, score), Infinity) - 10
  const segment = makeUnigram({ pieces, unknownScore, engine: 'tokenizers', unknownPiece: unknown })
  const unknownId = vocabulary.unknownId!
  const idOf = (piece: string): number => vocabulary.id(piece) ?? unknownId

  function pushPart(tokens: TokenList, part: TextPart): void {
    const normalized = spaceWords(normalize(part.text))
    for (const [from, to] of wordsOf(normalized.text)) {
      for (const { start, end } of segment(normalized.text.slice(from, to))) {
        const [first, last] = originOf(normalized, from + start, from + end)
        tokens.push(idOf(normalized.text.slice(from + start, from + end)), part.start + first, part.start + last)
      }
    }
  }

  return (text) => {
    const tokens = makeTokenList(vocabulary)
    for (const part of split(text)) {
      if (part.special) tokens.push(idOf(part.text), part.start, part.end)
      else pushPart(tokens, part)
    }
    tokens.push(idOf(end), 0, 0)
    return tokens.close()
  }
}

/** What transformers does where a model has no rules. */
function keepButNewlines(text: string): NormalizedText {
  const writer = makeNormalizedWriter()
  for (let index = 0; index < text.length; index++) {
    writer.write(text[index] === '\n' ? ' ' : text[index]!, index, index + 1)
  }
  return writer.close()
}

/** Runs of spaces become the last of them, spaces become `▁`, and one stands before the text. */
function spaceWords({ text, starts, ends }: NormalizedText): NormalizedText {
  const writer = makeNormalizedWriter()
  if (text !== '' && text[0] !== ' ' && text[0] !== '▁') writer.write('▁', 0, 0)
  for (let index = 0; index < text.length; index++) {
    if (text[index] === ' ' && text[index + 1] === ' ') continue
    writer.write(text[index] === ' ' ? '▁' : text[index]!, starts[index]!, ends[index]!)
  }
  return writer.close()
}

/** Every `▁` starts a word. */
function* wordsOf(text: string): Generator<readonly [start: number, end: number]> {
  for (let start = 0; start < text.length;) {
    const next = text.indexOf('▁', start + 1)
    const end = next < 0 ? text.length : next
    yield [start, end]
    start = end
  }
}

/** The first token loses its `▁`, everywhere else they are spaces. */
function decodePieces(pieces: readonly string[]): DecodedText {
  return joinParts(pieces.map((piece, index) => piece.replaceAll('▁', index === 0 ? '' : ' ')))
}
