/** A SentencePiece model in use: text to pieces, as `SentencePieceProcessor.encode` cuts it. */
import { ComputeError } from '#compute/errors.ts'
import { parseCharacterMap } from './character-map.ts'
import type { CharacterMap } from './character-map.ts'
import type { ModelProto, NormalizerSpec, Piece } from './model-proto.ts'
import { makeBytePair } from './byte-pair.ts'
import { originOf } from './normalized-text.ts'
import type { NormalizedText } from './normalized-text.ts'
import { makeSentencePieceNormalizer } from './sentencepiece-normalizer.ts'
import { makeUnigram } from './unigram.ts'
import type { ScoredPiece, Unigram } from './unigram.ts'

/** A piece, or text that is none, and where it stands in the text. */
export interface PieceSpan {
  readonly piece: string
  readonly start: number
  readonly end: number
}

/**
 * Cuts text into pieces. Characters that are in no piece come as they are after normalization, neighbours together; where the model spells them
 * in bytes, one piece for each byte.
 */
export function makeSentencePieceSplitter(model: ModelProto, file: string): (text: string) => readonly PieceSpan[] {
  requireKnown(model, file)
  const normalize = makeSentencePieceNormalizer({
    spec: model.normalizer,
    map: readCharacterMap(model.normalizer, file),
    userDefined: model.pieces.filter(({ type }) => type === 'user-defined').map(({ text }) => text),
    treatWhitespaceAsSuffix: model.trainer.treatWhitespaceAsSuffix,
  })
  const segment = model.trainer.modelType === 'bpe' ? makeBytePair(model.pieces) : makeUnigramOf(model)
  const { byteFallback } = model.trainer
  return (text) => {
    const normalized = normalize(text)
    return segment(normalized.text).flatMap(({ start, end, unknown }) => {
      if (unknown && byteFallback) return spellBytes(normalized, start, end)
      const [from, to] = originOf(normalized, start, end)
      return [{ piece: normalized.text.slice(start, end), start: from, end: to }]
    })
  }
}

function makeUnigramOf({ pieces }: ModelProto): Unigram {
  const usable = pieces.filter(({ type }) => type === 'normal' || type === 'user-defined').map(scorePiece)
  return makeUnigram({ pieces: usable, unknownScore: unknownScoreOf(pieces), engine: 'sentencepiece' })
}

/** One piece such as `<0xE2>` for each byte of the characters. */
function spellBytes(normalized: NormalizedText, start: number, end: number): PieceSpan[] {
  let at = start
  return Array.from(normalized.text.slice(start, end)).flatMap((character) => {
    const [from, to] = originOf(normalized, at, at + character.length)
    at += character.length
    const spell = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`
    return Array.from(Buffer.from(character, 'utf8'), (byte) => ({ piece: spell(byte), start: from, end: to }))
  })
}

/** Refuses what would be read with wrong numbers. */
function requireKnown({ trainer, denormalizer }: ModelProto, file: string): void {
  if (trainer.modelType !== 'unigram' && trainer.modelType !== 'bpe') {
    throw refuse(file, `a SentencePiece model of type ${trainer.modelType}`)
  }
  if (denormalizer !== null && denormalizer.precompiledCharsmap.length > 0) throw refuse(file, 'a denormalizer')
}

/** The same for readers that have the library's unigram rules alone. */
export function requireUnigram(model: ModelProto, file: string): void {
  requireKnown(model, file)
  const { modelType, byteFallback } = model.trainer
  if (modelType !== 'unigram') throw refuse(file, `a SentencePiece model of type ${modelType}`)
  if (byteFallback) throw refuse(file, 'byte_fallback')
}

function refuse(file: string, what: string): ComputeError {
  return new ComputeError('unsupported', `${file}: ${what} is not supported; use a checkpoint with a unigram model`)
}

/** The rules of a normalizer, or null where it has none. */
export function readCharacterMap(spec: NormalizerSpec, file: string): CharacterMap | null {
  return spec.precompiledCharsmap.length === 0 ? null : parseCharacterMap(spec.precompiledCharsmap, file)
}

/** User-defined pieces score 0.1 for every byte but the first (`GetUserDefinedScore`), so that they win. */
function scorePiece({ text, score, type }: Piece): ScoredPiece {
  return { text, score: type === 'user-defined' ? Math.fround(0.1 * (Buffer.byteLength(text) - 1)) : score }
}

/** 10 below the least likely normal piece. */
function unknownScoreOf(pieces: readonly Piece[]): number {
  const largest = 3.4028234663852886e38
  const least = pieces.reduce((min, { type, score }) => (type === 'normal' ? Math.min(min, score) : min), largest)
  return Math.fround(least - 10)
}
