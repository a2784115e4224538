/**
 * Bootstrap intervals (Efron 1979) in one pass: every replicate counts each row Poisson(1) times, drawn from the seed, the
 * replicate and the row's number alone (Hanley & MacGibbon 2006). No row need be kept, and the order of work does not matter.
 */

export interface BootstrapOptions {
  readonly seed: number
  readonly replicates: number
}

export const usualBootstrap: BootstrapOptions = { seed: 0, replicates: 1000 }

/** How often replicate number `replicate` counts row number `row`. */
export function drawWeight({ seed }: BootstrapOptions, replicate: number, row: number): number {
  let point = uniform(seed, replicate, row)
  let mass = Math.exp(-1)
  let count = 0
  while (point >= mass && count < mostCounts) {
    point -= mass
    count += 1
    mass /= count
  }
  return count
}

/** Weights of one row in every replicate. */
export const drawWeights = (options: BootstrapOptions, row: number): Uint8Array =>
  Uint8Array.from({ length: options.replicates }, (_, replicate) => drawWeight(options, replicate, row))

/** Ends the loop where rounding has left a point above every mass; Poisson(1) passes 20 less than once in 10¹⁹. */
const mostCounts = 20

/** A number in [0, 1) for three numbers: the finaliser of murmur3 (Appleby, public domain) over each in turn. */
const uniform = (a: number, b: number, c: number): number => (mix(mix(mix(0x9e3779b9, a), b), c) >>> 0) / 2 ** 32

function mix(state: number, number: number): number {
  let hash = (Math.imul(state ^ number, 0x85ebca6b) + 0x7f4a7c15) | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** A number with its interval; null where it is not defined or fewer than half of the replicates define it. */
export interface Estimate {
  readonly value: number | null
  /** 2.5th and 97.5th percentile of the replicates. */
  readonly interval: readonly [low: number, high: number] | null
}

/** The estimate of a value and its replicates, some of which may be NaN (nothing to count in them). */
export function estimate(value: number, replicates: readonly number[]): Estimate {
  const defined = Float64Array.from(replicates.filter(Number.isFinite)).sort()
  if (!Number.isFinite(value)) return { value: null, interval: null }
  if (defined.length < replicates.length / 2 || defined.length < 2) return { value, interval: null }
  return { value, interval: [quantile(defined, 0.025), quantile(defined, 0.975)] }
}

/** Linear interpolation between the neighbours in sorted numbers, as NumPy's default. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const above = Math.min(sorted.length - 1, below + 1)
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!)
}
