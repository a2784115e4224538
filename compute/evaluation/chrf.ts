/**
 * chrF and chrF++ (Popović 2015, 2017) as sacrebleu 2.6 computes them: characters without white space in orders 1 to 6, for
 * chrF++ words in orders 1 and 2 beside them, β = 2, averaged over the orders that both sides have. Scores go from 0 to 100.
 */
import { countEach, countShared, ngrams, splitWords } from './words.ts'

/** chrF has no word orders, chrF++ two. */
export type ChrfWordOrder = 0 | 2

/** Per order, characters first: n-grams of the hypothesis, of the reference, and shared. Those of a corpus are their sums. */
export type ChrfCounts = readonly (readonly [hypothesis: number, reference: number, shared: number])[]

const characterOrder = 6
const beta = 2

export const noChrfCounts = (wordOrder: ChrfWordOrder): ChrfCounts =>
  Array.from({ length: characterOrder + wordOrder }, () => [0, 0, 0] as const)

/** Settings of the score in sacrebleu's notation, with the version it agrees with. */
export const chrfSignature = (wordOrder: ChrfWordOrder): string =>
  `nrefs:1|case:mixed|eff:yes|nc:${characterOrder}|nw:${wordOrder}|space:no|version:2.6.0`

/** Counts what hypothesis and reference share; characters are code points. */
export function countChrf(hypothesis: string, reference: string, wordOrder: ChrfWordOrder): ChrfCounts {
  const characters = [hypothesis, reference].map((text) => Array.from(splitWords(text).join('')))
  const words = [hypothesis, reference].map(separatePunctuation)
  const of = ([found, wanted]: readonly (readonly string[])[], order: number, joint: string) =>
    countOrder(countEach(ngrams(found!, order, joint)), countEach(ngrams(wanted!, order, joint)))
  return [
    ...Array.from({ length: characterOrder }, (_, i) => of(characters, i + 1, '')),
    ...Array.from({ length: wordOrder }, (_, i) => of(words, i + 1, ' ')),
  ]
}

export const addChrf = (a: ChrfCounts, b: ChrfCounts, weight = 1): ChrfCounts =>
  a.map(([hypothesis, reference, shared], i) => {
    const [h, r, s] = b[i]!
    return [hypothesis + weight * h, reference + weight * r, shared + weight * s]
  })

/** The F score of mean precision and mean recall. */
export function chrfOf(counts: ChrfCounts): number {
  const used = counts.filter(([hypothesis, reference]) => hypothesis > 0 && reference > 0)
  if (used.length === 0) return 0
  const mean = (of: (count: ChrfCounts[number]) => number): number =>
    used.reduce((sum, count) => sum + of(count), 0) / used.length
  const precision = mean(([hypothesis, , shared]) => shared / hypothesis)
  const recall = mean(([, reference, shared]) => shared / reference)
  if (precision + recall === 0) return 0
  return (100 * (1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall)
}

type Counts = ReadonlyMap<string, number>

function countOrder(hypothesis: Counts, reference: Counts): readonly [number, number, number] {
  const total = (counts: Counts): number => [...counts.values()].reduce((sum, count) => sum + count, 0)
  // n-grams are not held against a hypothesis whose reference is too short for that order.
  return [reference.size === 0 ? 0 : total(hypothesis), total(reference), countShared(hypothesis, reference)]
}

const punctuation = new Set('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~')

/** Words with one mark split off at the end, or else at the start, as chrF++.py does. */
function separatePunctuation(text: string): readonly string[] {
  return splitWords(text).flatMap((word) => {
    if (word.length === 1) return [word]
    if (punctuation.has(word.at(-1)!)) return [word.slice(0, -1), word.at(-1)!]
    if (punctuation.has(word[0]!)) return [word[0]!, word.slice(1)]
    return [word]
  })
}
