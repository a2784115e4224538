/** Which entries fit what was typed, and where: every word has to be found; starts of words count most. */

export interface Match {
  /** Larger is better. */
  readonly score: number
  /** [start, end) in the text of what was found, in order and apart. */
  readonly ranges: readonly (readonly [start: number, end: number])[]
}

/** How well a text fits a query; null where one of the words is not in it. `more` is searched too, at half the weight and without ranges. */
export function matchText(query: string, text: string, more = ''): Match | null {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const [lower, moreLower] = [text.toLowerCase(), more.toLowerCase()]
  let score = 0
  const ranges: (readonly [number, number])[] = []
  for (const word of words) {
    const found = findWord(word, lower)
    const elsewhere = found === null ? findWord(word, moreLower) : null
    if (found) ranges.push(...found.ranges)
    else if (!elsewhere) return null
    score += found?.score ?? (elsewhere?.score ?? 0) / 2
  }
  // Of two equally good ones the shorter is the more exact.
  return { score: score - text.length / 1000, ranges: mergeRanges(ranges) }
}

/** At the start of the text, at the start of a word, inside a word, or letter by letter. */
function findWord(word: string, text: string): Match | null {
  const at = bestPlace(word, text)
  if (at !== -1) return { score: at === 0 ? 10 : isStart(text, at) ? 8 : 4, ranges: [[at, at + word.length]] }
  return word.length < 2 ? null : findLetters(word, text)
}

/** The first occurrence at a word's start, else the first one. */
function bestPlace(word: string, text: string): number {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) if (isStart(text, at)) return at
  return text.indexOf(word)
}

const isStart = (text: string, at: number): boolean => at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '')

/** The letters in order, the first of them at a word's start: `l2h1` finds "L2.H1", `gh` nothing in "right". */
function findLetters(word: string, text: string): Match | null {
  for (let start = text.indexOf(word[0] ?? ''); start !== -1; start = text.indexOf(word[0] ?? '', start + 1)) {
    if (!isStart(text, start)) continue
    const places = lettersFrom(word, text, start)
    if (places) return { score: 2 - places.at(-1)! / 1000, ranges: places.map((at) => [at, at + 1] as const) } // as many as letters
  }
  return null
}

function lettersFrom(word: string, text: string, start: number): readonly number[] | null {
  const places = [start]
  for (const letter of word.slice(1)) {
    const previous = places.at(-1) ?? start
    const next = text[previous + 1] === letter ? previous + 1 : startAfter(letter, text, previous)
    if (next === -1) return null
    places.push(next)
  }
  return places
}

/** A letter that does not follow at once has to begin a word or a number. */
function startAfter(letter: string, text: string, previous: number): number {
  for (let at = text.indexOf(letter, previous + 1); at !== -1; at = text.indexOf(letter, at + 1)) {
    if (isStart(text, at) || /\d/.test(letter) !== /\d/.test(text[at - 1] ?? '')) return at
  }
  return -1
}

function mergeRanges(ranges: readonly (readonly [number, number])[]): Match['ranges'] {
  const merged: (readonly [number, number])[] = []
  for (const [start, end] of ranges.toSorted((left, right) => left[0] - right[0])) {
    const last = merged.at(-1)
    if (last && start <= last[1]) merged[merged.length - 1] = [last[0], Math.max(last[1], end)]
    else merged.push([start, end])
  }
  return merged
}

/** The text cut at the ranges. */
export function splitRanges(text: string, ranges: Match['ranges']): readonly { text: string; found: boolean }[] {
  const parts: { text: string; found: boolean }[] = []
  let at = 0
  for (const [start, end] of ranges) {
    parts.push({ text: text.slice(at, start), found: false }, { text: text.slice(start, end), found: true })
    at = end
  }
  return [...parts, { text: text.slice(at), found: false }].filter((part) => part.text !== '')
}
