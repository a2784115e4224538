/** A SentencePiece unigram model in use: text to pieces, as `SentencePieceProcessor.encode` cuts it. */
import { ComputeError } from '#compute/errors.ts'
import { parseCharacterMap } from './character-map.ts'
import type { CharacterMap } from './character-map.ts'
import type { ModelProto, NormalizerSpec, Piece } from './model-proto.ts'
import { originOf } from './normalized-text.ts'
import { makeSentencePieceNormalizer } from './sentencepiece-normalizer.ts'
import { makeUnigram } from './unigram.ts'
import type { ScoredPiece } from './unigram.ts'

/** A piece, or text that is none, and where it stands in the text. */
export interface PieceSpan {
  readonly piece: string
  readonly start: number
  readonly end: number
}

/** Cuts text into pieces. Characters that are in no piece come as they are after normalization, neighbours together. */
export function makeSentencePieceSplitter(model: ModelProto, file: string): (text: string) => readonly PieceSpan[] {
  requireUnigram(model, file)
  const normalize = makeSentencePieceNormalizer({
    spec: model.normalizer,
    map: readCharacterMap(model.normalizer, file),
    userDefined: model.pieces.filter(({ type }) => type === 'user-defined').map(({ text }) => text),
    treatWhitespaceAsSuffix: model.trainer.treatWhitespaceAsSuffix,
  })
  const pieces = model.pieces.filter(({ type }) => type === 'normal' || type === 'user-defined').map(scorePiece)
  const segment = makeUnigram({ pieces, unknownScore: unknownScoreOf(model.pieces), engine: 'sentencepiece' })
  return (text) => {
    const normalized = normalize(text)
    return segment(normalized.text).map(({ start, end }) => {
      const [from, to] = originOf(normalized, start, end)
      return { piece: normalized.text.slice(start, end), start: from, end: to }
    })
  }
}

/** Refuses what would be read with wrong numbers. */
export function requireUnigram({ trainer, denormalizer }: ModelProto, file: string): void {
  const refuse = (what: string): ComputeError =>
    new ComputeError('unsupported', `${file}: ${what} is not supported; use a checkpoint with a unigram model`)
  if (trainer.modelType !== 'unigram') throw refuse(`a SentencePiece model of type ${trainer.modelType}`)
  if (trainer.byteFallback) throw refuse('byte_fallback')
  if (denormalizer !== null && denormalizer.precompiledCharsmap.length > 0) throw refuse('a denormalizer')
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
