/** What a filter "flag what scores above t" finds, for every t that makes a difference. */
import { quantile } from './bootstrap.ts'
import type { RankedCase } from './ranking.ts'

/** One entry per distinct score, the highest first: what is flagged where the score is at least that. */
export interface ThresholdCurve {
  readonly thresholds: readonly number[]
  /** How many are flagged, and how many of these rightly. */
  readonly flagged: readonly number[]
  readonly hits: readonly number[]
  /** hits / flagged */
  readonly precision: readonly number[]
  /** hits / all positives; NaN where there are none. */
  readonly recall: readonly number[]
  readonly positives: number
  readonly cases: number
}

export function thresholdCurve(cases: readonly RankedCase[]): ThresholdCurve {
  const sorted = cases.toSorted((a, b) => b.score - a.score)
  const positives = cases.filter(({ isPositive }) => isPositive).length
  const [thresholds, flagged, hits]: [number[], number[], number[]] = [[], [], []]
  let found = 0
  sorted.forEach(({ score, isPositive }, i) => {
    if (isPositive) found += 1
    if (sorted[i + 1]?.score === score) return
    thresholds.push(score)
    flagged.push(i + 1)
    hits.push(found)
  })
  return {
    thresholds,
    flagged,
    hits,
    precision: hits.map((count, i) => count / flagged[i]!),
    recall: hits.map((count) => count / positives),
    positives,
    cases: cases.length,
  }
}

/** Counts and quantiles of a sample; null where it is empty. */
export interface Distribution {
  readonly count: number
  readonly mean: number
  readonly quartiles: readonly [first: number, median: number, third: number]
  readonly least: number
  readonly most: number
}

export function describeSample(values: readonly number[]): Distribution | null {
  if (values.length === 0) return null
  const sorted = Float64Array.from(values).sort()
  return {
    count: values.length,
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)],
    least: sorted[0]!,
    most: sorted.at(-1)!,
  }
}
