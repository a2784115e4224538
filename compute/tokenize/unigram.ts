/**
 * Segmentation by a unigram language model (Kudo 2018): the pieces whose scores add up to most, found by Viterbi's algorithm in one pass.
 * Two engines of the field round and compare differently, and ids must be theirs: SentencePiece 0.2.3 adds in float32 and starts
 * again from 0 where sums grow beyond 100,000; the tokenizers library adds in float64.
 */
import { isPairAt } from './text.ts'
import { makePieceTrie } from './piece-trie.ts'

export interface ScoredPiece {
  readonly text: string
  readonly score: number
}

export interface UnigramOptions {
  readonly pieces: readonly ScoredPiece[]
  /** Score of one character that is no piece. */
  readonly unknownScore: number
  readonly engine: 'sentencepiece' | 'tokenizers'
  /** Text of the unknown piece where it is among `pieces`: it is merged with unknown text beside it. */
  readonly unknownPiece?: string
}

/** A stretch of the normalized text: a piece, or a run of characters that are none. */
export interface Segment {
  readonly start: number
  readonly end: number
  readonly unknown: boolean
}

export type Unigram = (text: string) => readonly Segment[]

const resetThreshold = 100_000
const unreached = -1
const unknownPieceNumber = -1

export function makeUnigram(options: UnigramOptions): Unigram {
  const trie = makePieceTrie(options.pieces.map(({ text }) => text))
  const scores = Float64Array.from(options.pieces, ({ score }) => score)
  const single = options.engine === 'sentencepiece'
  const add = single ? (a: number, b: number): number => Math.fround(a + b) : (a: number, b: number): number => a + b
  const unknownNumber = options.pieces.findLastIndex(({ text }) => text === options.unknownPiece)

  return (text) => {
    const path = makePath(text.length)
    for (let start = 0; start < text.length;) {
      const width = isPairAt(text, start) ? 2 : 1
      if (single && Math.abs(path.score[start]!) > resetThreshold) path.rebase(start)
      const here = path.score[start]!
      let isPiece = false
      let node = trie.child(0, text.charCodeAt(start))
      for (let end = start + 1; node > 0; end++) {
        const piece = trie.pieceAt(node)
        if (piece >= 0) {
          path.offer(start, end, add(scores[piece]!, here), piece)
          if (end - start === width) isPiece = true
        }
        if (end >= text.length) break
        node = trie.child(node, text.charCodeAt(end))
      }
      if (!isPiece) path.offer(start, start + width, add(options.unknownScore, here), unknownPieceNumber)
      start += width
    }
    return mergeUnknown(path.walkBack(), unknownNumber)
  }
}

interface Path {
  /** Best score of the text before each position. */
  readonly score: Float64Array
  /** Takes a piece over [start, end) if nothing better ends there; of equals the first stays. */
  offer(start: number, end: number, score: number, piece: number): void
  /** Subtracts the score at `start` from all from there on, in float32. */
  rebase(start: number): void
  /** The best path: its pieces from the end to the start. */
  walkBack(): { start: number; end: number; piece: number }[]
}

function makePath(length: number): Path {
  const score = new Float64Array(length + 1)
  const from = new Int32Array(length + 1).fill(unreached)
  const pieces = new Int32Array(length + 1)
  let frontier = 0
  return {
    score,
    offer(start, end, offered, piece) {
      frontier = Math.max(frontier, end)
      if (from[end] !== unreached && offered <= score[end]!) return
      score[end] = offered
      from[end] = start
      pieces[end] = piece
    },
    rebase(start) {
      const base = score[start]!
      for (let index = start; index <= frontier; index++) {
        if (index === start || from[index] !== unreached) score[index] = Math.fround(score[index]! - base)
      }
    },
    walkBack() {
      const steps: { start: number; end: number; piece: number }[] = []
      for (let end = length; end > 0; end = from[end]!) steps.push({ start: from[end]!, end, piece: pieces[end]! })
      return steps
    },
  }
}

/** Both engines make one token of neighbouring unknown text. */
function mergeUnknown(backwards: { start: number; end: number; piece: number }[], unknownNumber: number): Segment[] {
  const segments: { start: number; end: number; unknown: boolean }[] = []
  for (const { start, end, piece } of backwards.toReversed()) {
    const unknown = piece === unknownPieceNumber || piece === unknownNumber
    const last = segments.at(-1)
    if (unknown && last?.unknown === true) last.end = end
    else segments.push({ start, end, unknown })
  }
  return segments
}
