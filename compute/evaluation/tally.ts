/** Adding up measures over rows, with bootstrap intervals, in memory that does not grow with the rows. */
import { drawWeights, estimate, usualBootstrap } from './bootstrap.ts'
import type { Estimate } from './bootstrap.ts'
import type { Measure } from './measures.ts'

export interface Tally {
  /** Adds the measures of row number `row`; equal rows get equal weights in every tally. */
  readonly add: (row: number, measures: readonly Measure[]) => void
  /** Every measure that was added, by name. */
  readonly report: () => Readonly<Record<string, Estimate>>
}

interface Sums {
  readonly valueOf: Measure['valueOf']
  readonly whole: Float64Array
  /** One after the other, each as long as `whole`. */
  readonly replicates: Float64Array
}

export function openTally(options = usualBootstrap): Tally {
  const sums = new Map<string, Sums>()
  const sumsOf = ({ name, counts, valueOf }: Measure): Sums => {
    const known = sums.get(name)
    if (known !== undefined) return known
    const { length } = counts
    const made = {
      valueOf,
      whole: new Float64Array(length),
      replicates: new Float64Array(length * options.replicates),
    }
    sums.set(name, made)
    return made
  }
  return {
    add: (row, measures) => {
      const weights = drawWeights(options, row)
      for (const measure of measures) addCounts(sumsOf(measure), measure.counts, weights)
    },
    report: () =>
      Object.fromEntries(
        [...sums].map(([name, { valueOf, whole, replicates }]) => {
          const values = Array.from({ length: options.replicates }, (_, i) =>
            valueOf(replicates.subarray(i * whole.length, (i + 1) * whole.length)),
          )
          return [name, estimate(valueOf(whole), values)]
        }),
      ),
  }
}

function addCounts({ whole, replicates }: Sums, counts: readonly number[], weights: Uint8Array): void {
  for (let c = 0; c < counts.length; c++) {
    const count = counts[c]!
    if (count === 0) continue
    whole[c]! += count
    for (let i = 0; i < weights.length; i++) replicates[i * counts.length + c]! += weights[i]! * count
  }
}
