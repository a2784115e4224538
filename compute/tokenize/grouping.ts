/** Tokens put together to words and sentences, by Unicode's segmentation of the text (UAX #29). */
import type { TokenizedText, TokenGroup } from '#compute/types.ts'

/**
 * The words (`word`) or sentences (`sentence`) of a text with the tokens of each, in order; every token is in one of them. A token belongs
 * where its first character that is no space stands; one of spaces alone goes with what follows. A mark of punctuation is a word of its own.
 * Special tokens stand alone, whatever is beside them.
 */
export function groupTokens(text: string, tokens: TokenizedText, by: 'word' | 'sentence'): readonly TokenGroup[] {
  const segmentAt = makeSegmentFinder(text, by)
  const groups: Growing[] = []
  for (const [index, [start, end]] of tokens.offsets.entries()) {
    const special = tokens.special[index]!
    const segment = special ? null : segmentAt(start)
    const last = groups.at(-1)
    if (last !== undefined && segment !== null && last.segment === segment) {
      last.tokens.push(index)
      last.start = Math.min(last.start, start)
      last.end = Math.max(last.end, end)
    } else groups.push({ tokens: [index], segment, special, start, end })
  }
  return groups.map(({ tokens: members, special, start, end }) => ({
    tokens: members,
    special,
    offsets: trimSpaces(text, start, end),
  }))
}

/** For each token the number of its group. */
export function groupNumbers(groups: readonly TokenGroup[]): readonly number[] {
  const numbers: number[] = []
  groups.forEach(({ tokens }, number) => tokens.forEach((token) => (numbers[token] = number)))
  return numbers
}

interface Growing {
  readonly tokens: number[]
  /** Start of the stretch of text that the tokens belong to; null for special tokens. */
  readonly segment: number | null
  readonly special: boolean
  start: number
  end: number
}

/** Finds the stretch that the first character from a place on that is no space belongs to; at the end of the text, the last one. */
function makeSegmentFinder(text: string, by: 'word' | 'sentence'): (place: number) => number {
  const starts = segmentStarts(text, by)
  return (place) => {
    const ahead = text.slice(place).search(/\S/)
    const at = ahead < 0 ? text.trimEnd().length - 1 : place + ahead
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (starts[middle]! <= at) low = middle
      else high = middle
    }
    return starts[low] ?? 0
  }
}

/** Units looked at together. V8's segmenter takes longer for each step the longer its text is. */
const windowUnits = 1024

/** In windows that start at a boundary; the last segment of a window may go on after it and is read again. */
function segmentStarts(text: string, by: 'word' | 'sentence'): readonly number[] {
  const segmenter = new Intl.Segmenter('und', { granularity: by })
  const starts: number[] = []
  let size = windowUnits
  for (let from = 0; from < text.length;) {
    const window = text.slice(from, from + size)
    const isLast = from + size >= text.length
    const found = Array.from(segmenter.segment(window), ({ index }) => from + index)
    if (isLast || found.length > 1) {
      starts.push(...(isLast ? found : found.slice(0, -1)))
      from = isLast ? text.length : found.at(-1)!
      size = windowUnits
    } else size *= 2
  }
  return starts
}

function trimSpaces(text: string, start: number, end: number): readonly [start: number, end: number] {
  const covered = text.slice(start, end)
  if (covered.trim() === '') return [start, end]
  return [start + covered.length - covered.trimStart().length, start + covered.trimEnd().length]
}
