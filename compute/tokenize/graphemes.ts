import { isPairAt } from './text.ts'

/** Units looked at together. V8's segmenter takes longer for each step the longer its text is. */
const windowUnits = 64

/**
 * Where the graphemes of a text start and end (UAX #29). Windows start at a boundary, and no rule looks back beyond one, so they change
 * nothing; the last grapheme of a window may go on after it and is read again.
 */
export function* graphemesOf(
  text: string,
  segment: (text: string) => Intl.Segments,
): Generator<readonly [start: number, end: number]> {
  let start = 0
  let size = windowUnits
  while (start < text.length) {
    if (isAlone(text, start)) {
      yield [start, start + 1]
      start++
      continue
    }
    const last = start + size
    const window = text.slice(start, isPairAt(text, last - 1) ? last + 1 : last)
    const ends = Array.from(segment(window), (grapheme) => start + grapheme.index + grapheme.segment.length)
    if (start + window.length < text.length) ends.pop()
    if (ends.length === 0) size *= 2
    else size = windowUnits
    for (const end of ends) {
      yield [start, end]
      start = end
    }
  }
}

/** Between two ASCII characters there is a boundary, but for CR LF. */
function isAlone(text: string, index: number): boolean {
  const unit = text.charCodeAt(index)
  const next = index + 1 < text.length ? text.charCodeAt(index + 1) : 0
  return unit < 0x80 && next < 0x80 && (unit !== 0x0d || next !== 0x0a)
}
