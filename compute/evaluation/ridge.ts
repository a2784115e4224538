/** Ridge regression of each part of a vector on all the others, from second moments alone. */
import { ComputeError } from '#compute/errors.ts'

/** Sums over samples of vectors z [width]: how many, Σ z, and Σ zzᵀ [width, width]; in float64. */
export interface SecondMoments {
  readonly width: number
  count: number
  readonly sum: Float64Array
  readonly products: Float64Array
}

export const openSecondMoments = (width: number): SecondMoments => ({
  width,
  count: 0,
  sum: new Float64Array(width),
  products: new Float64Array(width * width),
})

export function addSample({ sum, products, width }: SecondMoments, sample: Float64Array): void {
  for (let i = 0; i < width; i++) {
    const value = sample[i]!
    sum[i]! += value
    if (value === 0) continue
    for (let j = 0; j <= i; j++) products[i * width + j]! += value * sample[j]!
  }
}

/** Σ (z − centre)(z − centre)ᵀ / count, whole. */
export function covariance({ width, count, sum, products }: SecondMoments, centre: Float64Array): Float64Array {
  const matrix = new Float64Array(width * width)
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      const value =
        products[i * width + j]! / count -
        (sum[i]! * centre[j]! + centre[i]! * sum[j]!) / count +
        centre[i]! * centre[j]!
      matrix[i * width + j] = value
      matrix[j * width + i] = value
    }
  }
  return matrix
}

export const meanOf = ({ sum, count }: SecondMoments): Float64Array => sum.map((value) => value / count)

/**
 * R² of each block of `size` entries, predicted from all other blocks by ridge regression (Hoerl and Kennard 1970) that was fitted on
 * `fitted`, measured on `held`: 1 − Σ|y − ŷ|² / Σ|y − ȳ|², ȳ the mean over `held`. `share` of the mean variance is the penalty. NaN
 * for a block that does not vary. With P the inverse of the penalised covariance, the coefficients of block h are −P₋ₕₕ Pₕₕ⁻¹, so that
 * one inverse serves all blocks.
 */
export function blockR2(fitted: SecondMoments, held: SecondMoments, size: number, share: number): readonly number[] {
  const { width } = fitted
  const centre = meanOf(fitted)
  const spread = covariance(fitted, centre)
  const variance = trace(spread, width) / width
  const penalised = spread.map((value, i) => (i % (width + 1) === 0 ? value + share * variance : value))
  const blocks = width / size
  if (!(variance > 0)) return Array.from({ length: blocks }, () => NaN)
  const precision = invert(penalised, width)
  const errors = covariance(held, centre)
  const around = covariance(held, meanOf(held))
  return Array.from({ length: blocks }, (_, block) => {
    const residual = residualMap(precision, width, size, block)
    const total = trace(around, width, block * size, size)
    return total > 0 ? 1 - quadratic(residual, errors, width, size) / total : NaN
  })
}

/** R [size, width] with y − ŷ = R (z − centre): Pₕₕ⁻¹ times the rows of P that belong to the block. */
function residualMap(precision: Float64Array, width: number, size: number, block: number): Float64Array {
  const own = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) own[i * size + j] = precision[(block * size + i) * width + block * size + j]!
  }
  const inverse = invert(own, size)
  const map = new Float64Array(size * width)
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = inverse[i * size + k]!
      for (let j = 0; j < width; j++) map[i * width + j]! += factor * precision[(block * size + k) * width + j]!
    }
  }
  return map
}

/** tr(R C Rᵀ) */
function quadratic(map: Float64Array, matrix: Float64Array, width: number, size: number): number {
  let sum = 0
  for (let i = 0; i < size; i++) {
    const row = map.subarray(i * width, (i + 1) * width)
    for (let j = 0; j < width; j++) {
      let product = 0
      for (let k = 0; k < width; k++) product += matrix[j * width + k]! * row[k]!
      sum += row[j]! * product
    }
  }
  return sum
}

function trace(matrix: Float64Array, width: number, from = 0, count = width): number {
  let sum = 0
  for (let i = from; i < from + count; i++) sum += matrix[i * width + i]!
  return sum
}

/** The inverse of a symmetric positive definite matrix, by Cholesky's factors: A = LLᵀ, A⁻¹ = L⁻ᵀ L⁻¹. */
export function invert(matrix: Float64Array, width: number): Float64Array {
  const lower = factor(matrix, width)
  const inverse = new Float64Array(width * width) // L⁻¹
  for (let j = 0; j < width; j++) {
    inverse[j * width + j] = 1 / lower[j * width + j]!
    for (let i = j + 1; i < width; i++) {
      let sum = 0
      for (let k = j; k < i; k++) sum -= lower[i * width + k]! * inverse[k * width + j]!
      inverse[i * width + j] = sum / lower[i * width + i]!
    }
  }
  const result = new Float64Array(width * width)
  for (let k = 0; k < width; k++) {
    for (let i = 0; i <= k; i++) {
      const value = inverse[k * width + i]!
      for (let j = 0; j <= k; j++) result[i * width + j]! += value * inverse[k * width + j]!
    }
  }
  return result
}

function factor(matrix: Float64Array, width: number): Float64Array {
  const lower = new Float64Array(width * width)
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * width + j]!
      for (let k = 0; k < j; k++) sum -= lower[i * width + k]! * lower[j * width + k]!
      if (i !== j) lower[i * width + j] = sum / lower[j * width + j]!
      else if (sum > 0) lower[i * width + i] = Math.sqrt(sum)
      else
        throw new ComputeError(
          'bad-input',
          'The head outputs depend on each other exactly; take a larger ridge penalty',
        )
    }
  }
  return lower
}
