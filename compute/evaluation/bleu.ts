/**
 * BLEU (Papineni et al. 2002) as sacrebleu 2.6 computes it: orders 1 to 4, exponential smoothing (Chen & Cherry 2014, method 3),
 * one reference, case kept. Scores go from 0 to 100.
 */
import { countEach, countShared, ngrams, splitWords, trimEnd } from './words.ts'

/** `13a` is that of mteval-v13a.pl, for Western languages; `intl` that of mteval-v14.pl, by Unicode classes. */
export type BleuTokenizer = '13a' | 'intl'

/** Counts of one pair; those of a corpus are their sums. */
export interface BleuCounts {
  readonly hypothesisLength: number
  readonly referenceLength: number
  /** n-grams of the hypothesis found in the reference, by order from 1. */
  readonly matches: readonly number[]
  /** n-grams of the hypothesis, by order from 1. */
  readonly totals: readonly number[]
}

const orders = [1, 2, 3, 4] as const

export const noBleuCounts: BleuCounts = {
  hypothesisLength: 0,
  referenceLength: 0,
  matches: orders.map(() => 0),
  totals: orders.map(() => 0),
}

/** Settings of the score in sacrebleu's notation, with the version it agrees with. */
export const bleuSignature = (tokenizer: BleuTokenizer): string =>
  `nrefs:1|case:mixed|eff:no|tok:${tokenizer}|smooth:exp|version:2.6.0`

/** Counts what hypothesis and reference share. */
export function countBleu(hypothesis: string, reference: string, tokenizer: BleuTokenizer = '13a'): BleuCounts {
  const [found, wanted] = [tokenizers[tokenizer](hypothesis), tokenizers[tokenizer](reference)]
  const grams = (words: Words, order: number) => countEach(ngrams(words, order, ' '))
  return {
    hypothesisLength: found.length,
    referenceLength: wanted.length,
    matches: orders.map((order) => countShared(grams(found, order), grams(wanted, order))),
    totals: orders.map((order) => Math.max(0, found.length - order + 1)),
  }
}

export const addBleu = (a: BleuCounts, b: BleuCounts, weight = 1): BleuCounts => ({
  hypothesisLength: a.hypothesisLength + weight * b.hypothesisLength,
  referenceLength: a.referenceLength + weight * b.referenceLength,
  matches: a.matches.map((count, i) => count + weight * b.matches[i]!),
  totals: a.totals.map((count, i) => count + weight * b.totals[i]!),
})

/**
 * The score of counts. Of a `corpus` all four orders count; of a `sentence` only those it is long enough for (sacrebleu's
 * effective order).
 */
export function bleuOf(counts: BleuCounts, unit: 'corpus' | 'sentence'): number {
  const { hypothesisLength, referenceLength, matches, totals } = counts
  if (matches.every((count) => count === 0)) return 0
  const logs: number[] = []
  let halvings = 1
  for (const [i, total] of totals.entries()) {
    if (total === 0) break
    if (matches[i] === 0) halvings *= 2
    logs.push(Math.log(matches[i] === 0 ? 100 / (halvings * total) : (100 * matches[i]!) / total))
  }
  const missing = orders.length - logs.length
  // An order without n-grams has precision 0, whose logarithm the reference takes for −9999999999.
  if (unit === 'corpus') logs.push(...new Array<number>(missing).fill(-9_999_999_999))
  const penalty = hypothesisLength < referenceLength ? Math.exp(1 - referenceLength / hypothesisLength) : 1
  return penalty * Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length)
}

type Words = readonly string[]

const tokenizers: Readonly<Record<BleuTokenizer, (text: string) => Words>> = { '13a': tokenize13a, intl: tokenizeIntl }

const entities = { '&quot;': '"', '&amp;': '&', '&lt;': '<', '&gt;': '>' } as const

/** mteval-v13a.pl (NIST), as sacrebleu has it. */
function tokenize13a(text: string): Words {
  let line = trimEnd(text).replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ')
  for (const [entity, character] of Object.entries(entities)) line = line.replaceAll(entity, character)
  const spaced = ` ${line} `
    .replaceAll(/([{-~[-` -&(-+:-@/])/gu, ' $1 ')
    .replaceAll(/([^0-9])([.,])/gu, '$1 $2 ') // period and comma unless a digit stands before
    .replaceAll(/([.,])([^0-9])/gu, ' $1 $2') // or after
    .replaceAll(/([0-9])(-)/gu, '$1 $2 ') // a dash after a digit
  return splitWords(spaced)
}

/** mteval-v14.pl with --international-tokenization. */
function tokenizeIntl(text: string): Words {
  const spaced = trimEnd(text)
    .replaceAll(/(\P{N})(\p{P})/gu, '$1 $2 ')
    .replaceAll(/(\p{P})(\P{N})/gu, ' $1 $2')
    .replaceAll(/(\p{S})/gu, ' $1 ')
  return splitWords(spaced)
}
