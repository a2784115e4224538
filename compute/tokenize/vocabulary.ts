import { ComputeError } from '#compute/errors.ts'

/** Pieces and ids of a tokenizer, and which of them are special. */
export interface Vocabulary {
  /** One more than the largest id. */
  readonly size: number
  readonly unknownId: number | null
  piece(id: number): string | undefined
  id(piece: string): number | undefined
  /** Whether the id marks something (an end, padding, a mask) instead of standing for text. Never the unknown token, which does stand for text. */
  isSpecial(id: number): boolean
  /** Whether decoding leaves the id out: special tokens and, where transformers counts it as special, the unknown token. */
  isSilent(id: number): boolean
}

export interface VocabularyEntries {
  /** Piece and id; where two pieces share an id, the later names it. */
  readonly entries: Iterable<readonly [piece: string, id: number]>
  /** Pieces that transformers counts as special, the unknown token among them. */
  readonly special: ReadonlySet<string>
  readonly unknown: string | null
  /** Pieces that mark an end, a start, padding or a language: special even where the unknown token is the same piece, as in GPT-2. */
  readonly marks: ReadonlySet<string>
}

/** Looks pieces and ids up both ways. */
export function makeVocabulary({ entries, special, unknown, marks }: VocabularyEntries): Vocabulary {
  const ids = new Map<string, number>()
  const pieces = new Map<number, string>()
  const silent = new Set<number>()
  const marked = new Set<number>()
  let size = 0
  for (const [piece, id] of entries) {
    ids.set(piece, id)
    pieces.set(id, piece)
    if (special.has(piece)) silent.add(id)
    if (marks.has(piece) || (special.has(piece) && piece !== unknown)) marked.add(id)
    size = Math.max(size, id + 1)
  }
  return {
    size,
    unknownId: unknown === null ? null : (ids.get(unknown) ?? null),
    piece: (id) => pieces.get(id),
    id: (piece) => ids.get(piece),
    isSpecial: (id) => marked.has(id),
    isSilent: (id) => silent.has(id),
  }
}

/** The name of an id that nothing is known of: models have rows beyond their vocabulary, which pad the matrix. */
export const namelessPiece = (id: number): string => `<id ${id}>`

/** The piece of an id, for people. */
export function pieceOf(vocabulary: Vocabulary, id: number): string {
  if (Number.isSafeInteger(id) && id >= 0) return vocabulary.piece(id) ?? namelessPiece(id)
  throw new ComputeError('bad-input', `There is no token ${id}: ids are whole numbers from 0; choose one of them`)
}
