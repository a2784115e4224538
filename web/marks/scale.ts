import { quantile } from 'd3-array'

/** The share of all contributions that the colour scale covers; what lies beyond is marked, not lost. */
export const covered = 0.975

/** Below this reach differences are rounding: the scale does not zoom in on nothing. */
const least = 0.01

/** The reach of the symmetric scale: the 97.5th percentile of the absolute contributions. */
export function reachOf(contributions: Iterable<number>): number {
  const absolute: number[] = []
  for (const value of contributions) if (Number.isFinite(value)) absolute.push(Math.abs(value))
  return Math.max(least, quantile(absolute, covered) ?? 0)
}

/** The smallest "round" number at or above a value, for the full length of a bar: 0.9 for 0.86, 2 for 1.62. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1
  const unit = 10 ** Math.floor(Math.log10(value))
  const step = Math.ceil(Number((value / unit).toPrecision(12)))
  return Number((step * unit).toPrecision(12))
}

/** Indices of the `most` largest absolute values, largest first, above `floor`. */
export function strongest(values: readonly (number | null)[], most: number, floor: number): readonly number[] {
  return values
    .map((value, index) => ({ index, size: Math.abs(value ?? 0) }))
    .filter(({ size }) => size > floor)
    .sort((left, right) => right.size - left.size)
    .slice(0, most)
    .map(({ index }) => index)
}
