/** Principal components (Pearson 1901), exact: eigenvectors of the covariance, or of the smaller matrix of inner products. */
import type { StateMatrix } from '#compute/types.ts'
import { largestEigenpairs } from './eigen.ts'
import { centre, meanOf } from './points.ts'
import { gramOfColumns, gramOfRows } from './products.ts'
import type { ProductOptions } from './products.ts'

export interface PrincipalComponents {
  /** float64 [width] */
  readonly mean: Float64Array
  /** Unit vectors of the points' space, that of the largest variance first. The entry of largest size is positive, the first of equals. */
  readonly components: readonly Float64Array[]
  /** Variance along each, of n points with n − 1 in the denominator. */
  readonly variance: readonly number[]
  /** Share of the whole variance along each. */
  readonly ratio: readonly number[]
}

/** The first `count` components, fewer where the points do not have so many dimensions. */
export async function principalComponents(
  points: StateMatrix,
  count: number,
  options: ProductOptions,
): Promise<PrincipalComponents> {
  const { rows, width } = points
  const mean = meanOf(points)
  const centred = centre(points, mean)
  const isWide = rows < width
  const gram = await (isWide ? gramOfRows : gramOfColumns)(centred, options)
  const size = isWide ? rows : width
  const wanted = Math.min(count, isWide ? rows - 1 : width)
  const { values, vectors } = largestEigenpairs({ size, data: gram }, wanted)
  const whole = traceOf(gram, size)
  const components = vectors.map((vector) => orient(isWide ? unit(combineRows(centred, vector)) : vector))
  const variance = values.map((value) => Math.max(0, value) / (rows - 1))
  return { mean, components, variance, ratio: variance.map((value) => (value * (rows - 1)) / whole) }
}

/** The points in the coordinates of the components: float32 [rows, dimensions], 0 along axes the points do not have. */
export function projectPoints(
  points: StateMatrix,
  { mean, components }: PrincipalComponents,
  dimensions: number,
): Float32Array {
  const layout = new Float32Array(points.rows * dimensions)
  for (let k = 0; k < components.length; k += 2) {
    const pair = [components[k]!, components[k + 1] ?? components[k]!] as const
    projectOnPair(points, mean, pair, (i, first, second) => {
      layout[i * dimensions + k] = first
      if (k + 1 < components.length) layout[i * dimensions + k + 1] = second
    })
  }
  return layout
}

/** Both coordinates of every point in one pass over its numbers. */
function projectOnPair(
  { rows, width, data }: StateMatrix,
  mean: Float64Array,
  [a, b]: readonly [Float64Array, Float64Array],
  put: (row: number, first: number, second: number) => void,
): void {
  let [offsetA, offsetB] = [0, 0]
  for (let j = 0; j < width; j++) {
    offsetA += mean[j]! * a[j]!
    offsetB += mean[j]! * b[j]!
  }
  for (let i = 0; i < rows; i++) {
    let [sumA, sumB] = [-offsetA, -offsetB]
    for (let j = 0, at = i * width; j < width; j++) {
      const entry = data[at++]!
      sumA += entry * a[j]!
      sumB += entry * b[j]!
    }
    put(i, sumA, sumB)
  }
}

/** The same components, those with sign −1 turned round. */
export const flipAxes = (found: PrincipalComponents, signs: readonly (1 | -1)[]): PrincipalComponents => ({
  ...found,
  components: found.components.map((component, k) => component.map((entry) => entry * signs[k]!)),
})

function traceOf(matrix: Float64Array, size: number): number {
  let trace = 0
  for (let i = 0; i < size; i++) trace += matrix[i * size + i]!
  return trace
}

/** Xᵀu of a vector u over the rows: the direction in the points' space. */
function combineRows({ rows, width, data }: StateMatrix, weights: Float64Array): Float64Array {
  const sum = new Float64Array(width)
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < width; j++) sum[j]! += weights[i]! * data[at++]!
  return sum
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector)
  return length > 0 ? vector.map((entry) => entry / length) : vector
}

/** A component and its opposite say the same: the sign is fixed by its largest entry. */
function orient(component: Float64Array): Float64Array {
  const size = component.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0)
  const largest = component.find((entry) => Math.abs(entry) >= size * (1 - 1e-9)) ?? 0
  return largest < 0 ? component.map((entry) => -entry) : component
}
