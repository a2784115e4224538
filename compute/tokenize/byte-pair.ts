/**
 * Segmentation by a SentencePiece BPE model, as SentencePiece 0.2.3 does it (`bpe_model.cc`): of all neighbours that make a piece the best
 * scored are joined first, the leftmost of equals; unused pieces fall apart again.
 */
import { makeHeap } from './heap.ts'
import type { Piece } from './model-proto.ts'
import type { Segment, Unigram } from './unigram.ts'
import { isPairAt } from './text.ts'

interface Pair {
  readonly left: number
  readonly right: number
  readonly score: number
  /** Length of both when they met: a pair is stale once one of them has grown. */
  readonly length: number
}

/** Symbols of a text as a linked list; an empty one has been joined to the one before it. */
interface Symbols {
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly before: Int32Array
  readonly after: Int32Array
  readonly frozen: Uint8Array
  readonly count: number
}

/** Makes the segmentation. Characters in no piece come as unknown, neighbours together. */
export function makeBytePair(pieces: readonly Piece[]): Unigram {
  const usable = pieces.filter(({ type }) => type === 'normal' || type === 'user-defined' || type === 'unused')
  const scores = new Map(usable.map(({ text, score }) => [text, score]))
  const unused = new Set(usable.filter(({ type }) => type === 'unused').map(({ text }) => text))
  const userDefined = pieces.filter(({ type }) => type === 'user-defined').map(({ text }) => text)
  const matchUserDefined = makeMatcher(userDefined)

  return (text) => {
    const symbols = cutSymbols(text, matchUserDefined)
    const halves = joinPairs(text, symbols, scores, unused)
    const segments: Segment[] = []
    for (let index = 0; index < symbols.count; index++) {
      const [start, end] = [symbols.starts[index]!, symbols.ends[index]!]
      if (end > start) pushPiece(segments, text, start, end, { scores, unused, halves })
    }
    return segments
  }
}

function makeMatcher(pieces: readonly string[]): (text: string, start: number) => number {
  const longestFirst = [...pieces].sort((a, b) => b.length - a.length)
  return (text, start) => longestFirst.find((piece) => text.startsWith(piece, start))?.length ?? 0
}

function cutSymbols(text: string, matchUserDefined: (text: string, start: number) => number): Symbols {
  const [starts, ends] = [new Int32Array(text.length), new Int32Array(text.length)]
  const frozen = new Uint8Array(text.length)
  let count = 0
  for (let start = 0; start < text.length; start = ends[count++]!) {
    const whole = matchUserDefined(text, start)
    starts[count] = start
    ends[count] = start + (whole || (isPairAt(text, start) ? 2 : 1))
    frozen[count] = whole > 0 ? 1 : 0
  }
  const before = Int32Array.from({ length: count }, (_, index) => index - 1)
  const after = Int32Array.from({ length: count }, (_, index) => (index + 1 < count ? index + 1 : -1))
  return { starts, ends, before, after, frozen, count }
}

/** Joins until nothing more can be joined; returns the two halves of every unused piece that was made. */
function joinPairs(
  text: string,
  { starts, ends, before, after, frozen, count }: Symbols,
  scores: ReadonlyMap<string, number>,
  unused: ReadonlySet<string>,
): ReadonlyMap<string, readonly [string, string]> {
  const halves = new Map<string, readonly [string, string]>()
  const agenda = makeHeap<Pair>((a, b) => a.score > b.score || (a.score === b.score && a.left < b.left))
  const offer = (left: number, right: number): void => {
    if (left < 0 || right < 0 || frozen[left] || frozen[right]) return
    const piece = text.slice(starts[left], ends[right])
    const score = scores.get(piece)
    if (score === undefined) return
    agenda.push({ left, right, score, length: piece.length })
    if (unused.has(piece))
      halves.set(piece, [text.slice(starts[left], ends[left]), text.slice(starts[right], ends[right])])
  }
  for (let index = 1; index < count; index++) offer(index - 1, index)
  for (let pair = agenda.pop(); pair !== undefined; pair = agenda.pop()) {
    const { left, right, length } = pair
    const isEmpty = ends[left] === starts[left] || ends[right] === starts[right]
    if (isEmpty || ends[right]! - starts[left]! !== length || after[left] !== right) continue
    ends[left] = ends[right]!
    starts[right] = ends[right]!
    after[left] = after[right]!
    if (after[right]! >= 0) before[after[right]!] = left
    offer(before[left]!, left)
    offer(left, after[left])
  }
  return halves
}

interface Known {
  readonly scores: ReadonlyMap<string, number>
  readonly unused: ReadonlySet<string>
  readonly halves: ReadonlyMap<string, readonly [string, string]>
}

/** An unused piece comes as what it was made of. */
function pushPiece(segments: Segment[], text: string, start: number, end: number, known: Known): void {
  const piece = text.slice(start, end)
  const made = known.unused.has(piece) ? known.halves.get(piece) : undefined
  if (made !== undefined) {
    pushPiece(segments, text, start, start + made[0].length, known)
    return pushPiece(segments, text, start + made[0].length, end, known)
  }
  const unknown = !known.scores.has(piece)
  const last = segments.at(-1)
  if (unknown && last?.unknown === true) segments[segments.length - 1] = { start: last.start, end, unknown }
  else segments.push({ start, end, unknown })
}
