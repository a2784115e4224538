import type { AddedToken } from './added-token.ts'

/** A stretch of text: one special token, or what stands between two. */
export interface TextPart {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly special: boolean
}

/**
 * Cuts a text at the special tokens in it: the leftmost first, and of those that start there the longest. Both engines of transformers
 * agree on that rule.
 */
export function makeSpecialSplitter(specials: Iterable<string>): (text: string) => readonly TextPart[] {
  const longestFirst = [...new Set(specials)].filter((token) => token !== '').sort((a, b) => b.length - a.length)
  if (longestFirst.length === 0) return (text) => (text === '' ? [] : [whole(text, 0, text.length, false)])
  const pattern = new RegExp(longestFirst.map(escapePattern).join('|'), 'gu')
  return (text) => {
    const parts: TextPart[] = []
    let last = 0
    for (const { 0: token, index } of text.matchAll(pattern)) {
      if (index > last) parts.push(whole(text, last, index, false))
      last = index + token.length
      parts.push(whole(text, index, last, true))
    }
    if (last < text.length) parts.push(whole(text, last, text.length, false))
    return parts
  }
}

const whole = (text: string, start: number, end: number, special: boolean): TextPart => ({
  start,
  end,
  text: text.slice(start, end),
  special,
})

const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)

/** The same for tokens with flags: a token may take the white space before or after it. */
export function makeFlaggedSplitter(tokens: readonly AddedToken[]): (text: string) => readonly TextPart[] {
  const flags = new Map(tokens.toReversed().map((token) => [token.content, token]))
  const split = makeSpecialSplitter(flags.keys())
  return (text) => {
    const parts = split(text)
    const isTaken = (part: TextPart | undefined, side: 'lstrip' | 'rstrip'): boolean =>
      part?.special === true && flags.get(part.text)?.[side] === true
    return parts.flatMap((part, index) => {
      if (part.special) return [part]
      const start = isTaken(parts[index - 1], 'rstrip') ? part.text.length - part.text.trimStart().length : 0
      const end = isTaken(parts[index + 1], 'lstrip') ? part.text.trimEnd().length : part.text.length
      return start < end ? [whole(text, part.start + start, part.start + end, false)] : []
    })
  }
}
