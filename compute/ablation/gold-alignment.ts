/** Cross attention beside word alignments that people made. */
import type { TokenizedText } from '#compute/types.ts'
import type { Pattern, Tally } from './role-scores.ts'

/** A text pair whose words were aligned. */
export interface GoldAlignment {
  /** The word of each source token, counted from 0; null for tokens of none. */
  readonly source: readonly (number | null)[]
  /** The same of each output token; query j of the cross attention writes output token j. */
  readonly output: readonly (number | null)[]
  /** All of them sure. */
  readonly links: readonly (readonly [source: number, output: number])[]
}

/**
 * 1 − alignment error rate (Och and Ney 2003), where all gold links S are sure: 2 |A ∩ S| / (|A| + |S|), taken over all texts together.
 * A links each word of the output to one of the source: the one that gets most of the head's weight, that of all its tokens, from the
 * queries that write the word, all of them together.
 */
export function agreement(pattern: Pattern, gold: GoldAlignment): Tally {
  const found = linksOf(pattern, gold)
  const known = new Set(gold.links.map(([source, output]) => `${source} ${output}`))
  const hits = found.filter(([source, output]) => known.has(`${source} ${output}`)).length
  return { sum: 2 * hits, count: found.length + known.size }
}

function linksOf(
  { weights, keys }: Pattern,
  { source, output }: GoldAlignment,
): readonly (readonly [number, number])[] {
  const masses = new Map<number, Map<number, number>>()
  output.forEach((word, query) => {
    if (word === null) return
    const mass = masses.get(word) ?? new Map<number, number>()
    masses.set(word, mass)
    source.forEach((other, key) => {
      if (other !== null) mass.set(other, (mass.get(other) ?? 0) + weights[query * keys + key]!)
    })
  })
  return [...masses].flatMap(([word, mass]) => {
    const [best] = [...mass].toSorted(([, a], [, b]) => b - a)
    return best === undefined ? [] : [[best[0], word] as const]
  })
}

/**
 * The word that each token belongs to, null for special tokens and those of spaces alone. Null for the whole where the words, with
 * nothing but spaces around them, are not the text: then it is another one than was aligned.
 */
export function wordsOfTokens(
  text: string,
  words: readonly string[],
  { offsets, special }: TokenizedText,
): readonly (number | null)[] | null {
  const ends: number[] = []
  let at = 0
  for (const word of words) {
    const start = at + text.slice(at).search(/\S|$/)
    if (word === '' || !text.startsWith(word, start)) return null
    at = start + word.length
    ends.push(at)
  }
  if (text.slice(at).trim() !== '') return null
  return offsets.map(([start, end], token) => {
    if (special[token] === true || text.slice(start, end).trim() === '') return null
    const first = start + text.slice(start).search(/\S/)
    return ends.findIndex((wordEnd) => first < wordEnd)
  })
}

/** A text with its words, and its tokens. */
export interface WordedText {
  readonly text: string
  readonly words: readonly string[]
  readonly tokens: TokenizedText
}

/** The alignment of tokens that follows from that of words; null where either text is another one than was aligned. */
export function alignTokens(
  source: WordedText,
  output: WordedText,
  links: GoldAlignment['links'],
): GoldAlignment | null {
  const [read, written] = [source, output].map(({ text, words, tokens }) => wordsOfTokens(text, words, tokens))
  return read && written ? { source: read, output: written, links } : null
}
