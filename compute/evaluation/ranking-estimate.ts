import { drawWeight, estimate, usualBootstrap } from './bootstrap.ts'
import type { Estimate } from './bootstrap.ts'
import { openRanking } from './ranking.ts'
import type { RankedCase } from './ranking.ts'

/** A case with the row it stands in: cases of one row are alike, so rows are what the bootstrap draws. */
export type RowCase = RankedCase & { readonly row: number }

export interface RankingEstimate {
  readonly positives: number
  readonly negatives: number
  readonly auroc: Estimate
  readonly averagePrecision: Estimate
}

/** AUROC and average precision with bootstrap intervals over rows. */
export function estimateRanking(cases: readonly RowCase[], options = usualBootstrap): RankingEstimate {
  const rank = openRanking(cases)
  const weights = new Uint8Array(cases.length)
  const replicates = Array.from({ length: options.replicates }, (_, replicate) => {
    cases.forEach(({ row }, i) => {
      weights[i] = cases[i - 1]?.row === row ? weights[i - 1]! : drawWeight(options, replicate, row)
    })
    return rank(weights)
  })
  const whole = rank(null)
  const positives = cases.filter(({ isPositive }) => isPositive).length
  return {
    positives,
    negatives: cases.length - positives,
    auroc: estimate(
      whole.auroc,
      replicates.map(({ auroc }) => auroc),
    ),
    averagePrecision: estimate(
      whole.averagePrecision,
      replicates.map(({ averagePrecision }) => averagePrecision),
    ),
  }
}
