/**
 * What is measured of an output: each measure is a few counts per row and a number made of their sums, so that rows, corpora and
 * bootstrap replicates are one computation.
 */
import { bleuOf, bleuSignature, countBleu, noBleuCounts } from './bleu.ts'
import type { BleuCounts } from './bleu.ts'
import { chrfOf, chrfSignature, countChrf } from './chrf.ts'
import type { ChrfWordOrder } from './chrf.ts'
import { isAnswer, isExactMatch } from './exact-match.ts'
import { rouge } from './rouge.ts'

/** A measure of one row: counts that add up, and the number they make. */
export interface Measure {
  readonly name: string
  readonly counts: readonly number[]
  readonly valueOf: (sums: ArrayLike<number>) => number
}

/** Metrics that compare an output with its reference. */
export type TextMetric = 'bleu' | 'chrf' | 'chrf++' | 'rouge' | 'exact' | 'answer'

export const textMetrics: readonly TextMetric[] = ['bleu', 'chrf', 'chrf++', 'rouge', 'exact', 'answer']

/** Settings of the metrics that have any, in the notation of the packages they agree with. */
export const metricSignatures: Readonly<Partial<Record<TextMetric, string>>> = {
  bleu: bleuSignature('13a'),
  chrf: chrfSignature(0),
  'chrf++': chrfSignature(2),
  rouge: 'rouge-score 0.1.2, no stemming, F averaged over rows',
}

/** Compares an output with its reference. */
export const measureText = (metric: TextMetric, output: string, reference: string): readonly Measure[] =>
  measureBy[metric](output, reference)

/** Scores of one row by name: BLEU with its effective order, ROUGE with precision and recall. */
export function scoreRow(metric: TextMetric, output: string, reference: string): Readonly<Record<string, unknown>> {
  if (metric === 'bleu') return { bleu: bleuOf(countBleu(output, reference), 'sentence') }
  if (metric === 'exact') return { exactMatch: isExactMatch(output, reference) }
  if (metric === 'answer') return { answerAccuracy: isAnswer(output, reference) }
  if (metric === 'rouge') return { ...rouge(output, reference) }
  return Object.fromEntries(
    measureText(metric, output, reference).map(({ name, counts, valueOf }) => [name, valueOf(counts)]),
  )
}

/** A mean over rows or tokens: a sum and what it is divided by. */
export const meanMeasure = (name: string, sum: number, count: number): Measure => ({
  name,
  counts: [sum, count],
  valueOf: (sums) => sums[0]! / sums[1]!,
})

type MeasureText = (output: string, reference: string) => readonly Measure[]

const measureBy: Readonly<Record<TextMetric, MeasureText>> = {
  bleu: (output, reference) => {
    const { hypothesisLength, referenceLength, matches, totals } = countBleu(output, reference)
    const counts = [hypothesisLength, referenceLength, ...matches, ...totals]
    return [{ name: 'bleu', counts, valueOf: (sums) => bleuOf(toBleuCounts(sums), 'corpus') }]
  },
  chrf: measureChrf('chrf', 0),
  'chrf++': measureChrf('chrf++', 2),
  rouge: (output, reference) =>
    Object.entries(rouge(output, reference)).map(([name, { f }]) => meanMeasure(name, f, 1)),
  exact: (output, reference) => [meanMeasure('exactMatch', Number(isExactMatch(output, reference)), 1)],
  answer: (output, reference) => [meanMeasure('answerAccuracy', Number(isAnswer(output, reference)), 1)],
}

function toBleuCounts(sums: ArrayLike<number>): BleuCounts {
  const [hypothesisLength, referenceLength, ...grams] = Array.from(sums)
  const orders = noBleuCounts.matches.length
  const [matches, totals] = [grams.slice(0, orders), grams.slice(orders)]
  return { hypothesisLength: hypothesisLength!, referenceLength: referenceLength!, matches, totals }
}

function measureChrf(name: string, wordOrder: ChrfWordOrder): MeasureText {
  return (output, reference) => {
    const valueOf = (sums: ArrayLike<number>): number =>
      chrfOf(
        Array.from({ length: sums.length / 3 }, (_, i) => [sums[3 * i]!, sums[3 * i + 1]!, sums[3 * i + 2]!] as const),
      )
    return [{ name, counts: countChrf(output, reference, wordOrder).flat(), valueOf }]
  }
}
