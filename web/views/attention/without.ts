/** What the model makes of the same output, and what it writes instead, without some heads: as values. */
import type { AblationReport } from '#server/wire/analyses.ts'
import type { Tensor } from '#web/api/safetensors.ts'
import type { Piece } from '#web/marks/pieces.ts'
import { piecesOf, wordsOf } from '#web/marks/pieces.ts'
import type { DiffWord } from './word-diff.ts'
import { diffWords } from './word-diff.ts'

/** One word of the output with what it lost or gained. */
export interface ChangedWord {
  readonly text: string
  /** First and last token. */
  readonly span: readonly [first: number, last: number]
  /** Change of its log-probability, nats: the sum over its tokens. */
  readonly change: number
  readonly special: boolean
}

export interface Changes {
  readonly words: readonly ChangedWord[]
  /** Σ over the output, nats. */
  readonly total: number
  /** The largest change of a word, whatever its sign. */
  readonly reach: number
  /** One a token. */
  readonly tokens: Float32Array
}

/** The change of every token of the output; null where the answer does not belong to it. */
export function changesOf(tensors: ReadonlyMap<string, Tensor> | null, pieces: readonly Piece[]): Changes | null {
  const [whole, without] = [tensors?.get('objective'), tensors?.get('ablated')]
  if (whole?.dtype !== 'F32' || without?.dtype !== 'F32') return null
  if (whole.data.length !== pieces.length || without.data.length !== pieces.length) return null
  const tokens = without.data.map((value, at) => value - whole.data[at]!) // of one length
  const words = wordsOf(pieces).map(({ pieces: own }) => ({
    text: textOf(own),
    span: [own[0]?.index ?? 0, own.at(-1)?.index ?? 0] as const,
    change: own.reduce((sum, { index }) => sum + (tokens[index] ?? 0), 0),
    special: own.every(({ kind }) => kind === 'special'),
  }))
  return {
    words,
    tokens,
    total: tokens.reduce((sum, value) => sum + value, 0),
    reach: words.reduce((most, { change }) => Math.max(most, Math.abs(change)), 0.01),
  }
}

const textOf = (pieces: readonly Piece[]): string =>
  pieces.map(({ label, kind }) => (kind === 'hollow' && pieces.length > 1 ? '' : label)).join('')

const wordsIn = (pieces: readonly Piece[]): readonly (readonly Piece[])[] =>
  wordsOf(pieces.filter(({ kind }) => kind !== 'special')).map(({ pieces: own }) => own)

/** A word of the comparison of both texts, with what the model thought of it where it stands. */
export interface RewrittenWord extends DiffWord {
  /** Log-probability of the word in its own text, nats. */
  readonly logProb: number | null
}

/** The output beside what is written without the heads. */
export function rewrittenOf(
  pieces: readonly Piece[],
  logProbs: readonly number[],
  { text, output, steps }: AblationReport,
): readonly RewrittenWord[] {
  const before = wordsIn(pieces)
  const after = wordsIn(piecesOf({ ...output, text }))
  const sum = (words: readonly (readonly Piece[])[], at: number | null, of: (index: number) => number | undefined) =>
    at === null ? null : (words[at] ?? []).reduce((all, { index }) => all + (of(index) ?? 0), 0)
  return diffWords(before.map(textOf), after.map(textOf)).map((word) => ({
    ...word,
    logProb:
      word.kind === 'gone'
        ? sum(before, word.before, (index) => logProbs[index])
        : sum(after, word.after, (index) => steps[index]?.logProb),
  }))
}

/** Indices of the words whose change is worth a number: the largest, above a tenth of the largest. */
export function worthNaming({ words, reach }: Changes, most = 6): ReadonlySet<number> {
  const sized = words
    .map(({ change }, at) => ({ at, size: Math.abs(change) }))
    .filter(({ size }) => size >= 0.1 * reach && size >= 0.005)
    .sort((left, right) => right.size - left.size)
  return new Set(sized.slice(0, most).map(({ at }) => at))
}
