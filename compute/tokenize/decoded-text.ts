/** A text put together from tokens, and where each token stands in it. */
export interface DecodedText {
  readonly text: string
  /** UTF-16 offsets, one pair per token. */
  readonly offsets: readonly (readonly [start: number, end: number])[]
}

/** One string per token, put side by side. */
export function joinParts(parts: readonly string[]): DecodedText {
  let end = 0
  const offsets = parts.map((part): [number, number] => {
    const start = end
    end += part.length
    return [start, end]
  })
  return { text: parts.join(''), offsets }
}

/** What Python's `str.strip` takes away: its idea of white space is not JavaScript's. */
function isPythonSpace(unit: number): boolean {
  if (unit < 0x80) return (unit >= 0x09 && unit <= 0x0d) || (unit >= 0x1c && unit <= 0x20)
  if (unit >= 0x2000 && unit <= 0x200a) return true
  return [0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000].includes(unit)
}

/** The text without white space at its ends, as Python strips it. */
export function stripDecoded(decoded: DecodedText): DecodedText {
  let first = 0
  let last = decoded.text.length
  while (first < last && isPythonSpace(decoded.text.charCodeAt(first))) first++
  while (last > first && isPythonSpace(decoded.text.charCodeAt(last - 1))) last--
  return sliceDecoded(decoded, first, last)
}

/** The text without up to `before` times `character` at its start, and up to `after` times at its end. */
export function removeAround(decoded: DecodedText, character: string, before: number, after: number): DecodedText {
  let first = 0
  let last = decoded.text.length
  for (let count = 0; count < before && decoded.text.startsWith(character, first); count++) first += character.length
  for (let count = 0; count < after && last - character.length >= first; count++) {
    if (decoded.text.endsWith(character, last)) last -= character.length
  }
  return sliceDecoded(decoded, first, last)
}

function sliceDecoded({ text, offsets }: DecodedText, first: number, last: number): DecodedText {
  const move = (offset: number): number => Math.min(Math.max(offset, first), last) - first
  return { text: text.slice(first, last), offsets: offsets.map(([start, end]) => [move(start), move(end)]) }
}

/** English spacing as transformers' `clean_up_tokenization_spaces` mends it, in its order. */
const spacingRules = [
  / (?=[.])/g,
  / (?=[?])/g,
  / (?=[!])/g,
  / (?=,)/g,
  / ' /g,
  / (?=n't)/g,
  / (?='m)/g,
  / (?='s)/g,
  / (?='ve)/g,
  / (?='re)/g,
]

export function cleanUpSpaces(decoded: DecodedText): DecodedText {
  return spacingRules.reduce((now, rule) => replaceIn(now, rule, (match) => (match === ' ' ? '' : "'")), decoded)
}

/** Replaces matches; an offset inside a match moves to the end of what replaces it. */
export function replaceIn(
  { text, offsets }: DecodedText,
  pattern: RegExp | string,
  by: (match: string) => string,
): DecodedText {
  const moved = new Uint32Array(text.length + 1)
  let result = ''
  let last = 0
  const copyUpTo = (end: number): void => {
    for (let index = last; index < end; index++) moved[index] = result.length + index - last
    result += text.slice(last, end)
  }
  for (const [index, match] of matchesOf(text, pattern)) {
    copyUpTo(index)
    const before = result.length
    result += by(match)
    last = index + match.length
    moved.fill(result.length, index, last)
    moved[index] = before
  }
  copyUpTo(text.length)
  moved[text.length] = result.length
  return { text: result, offsets: offsets.map(([start, end]) => [moved[start]!, moved[end]!]) }
}

function* matchesOf(text: string, pattern: RegExp | string): Generator<readonly [index: number, match: string]> {
  if (typeof pattern !== 'string') {
    for (const match of text.matchAll(pattern)) yield [match.index, match[0]]
    return
  }
  for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + pattern.length)) yield [at, pattern]
}
