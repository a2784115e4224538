/** Means and spreads of matrices of heads over rows. */
import type { HeadMatrix } from '#compute/types.ts'

export interface Moments {
  /** Takes a row; `weight` says how many targets its numbers are means of. NaN takes no part. */
  readonly add: (matrices: readonly HeadMatrix[], weight: number) => void
  readonly mean: () => readonly HeadMatrix[]
  /** √(Σ w (x − mean)² / Σ w): how far rows lie from the mean. */
  readonly spread: () => readonly HeadMatrix[]
}

interface Sums {
  readonly shape: HeadMatrix['shape']
  readonly weight: Float64Array
  readonly mean: Float64Array
  readonly squares: Float64Array
}

/** In one pass, by updating (West 1979). */
export function openMoments(): Moments {
  const sums = new Map<HeadMatrix['kind'], Sums>()
  const each = (of: (own: Sums, i: number) => number): readonly HeadMatrix[] =>
    [...sums].map(([kind, own]) => ({
      kind,
      shape: own.shape,
      values: Float32Array.from(own.mean, (_, i) => (own.weight[i] === 0 ? NaN : of(own, i))),
    }))
  return {
    add: (matrices, weight) => {
      for (const { kind, shape, values } of matrices) {
        const own = sums.get(kind) ?? openSums(shape)
        sums.set(kind, own)
        values.forEach((value, i) => addValue(own, i, value, weight))
      }
    },
    mean: () => each((own, i) => own.mean[i]!),
    spread: () => each((own, i) => Math.sqrt(own.squares[i]! / own.weight[i]!)),
  }
}

function openSums(shape: HeadMatrix['shape']): Sums {
  const zeros = (): Float64Array => new Float64Array(shape[0] * shape[1])
  return { shape, weight: zeros(), mean: zeros(), squares: zeros() }
}

function addValue({ weight, mean, squares }: Sums, i: number, value: number, more: number): void {
  if (Number.isNaN(value)) return
  const difference = value - mean[i]!
  weight[i]! += more
  mean[i]! += (difference * more) / weight[i]!
  squares[i]! += more * difference * (value - mean[i]!)
}
