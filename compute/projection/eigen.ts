/**
 * The largest eigenpairs of a symmetric matrix by block Lanczos with full reorthogonalisation (Golub and Van Loan, Matrix
 * Computations, 10.3): far cheaper than a whole decomposition where a few of hundreds are wanted, and exact once the basis is full.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { makeRandom } from '#compute/generate/sample.ts'

export interface SymmetricMatrix {
  readonly size: number
  /** Row-major [size, size]. */
  readonly data: Float64Array
}

export interface Eigenpairs {
  /** Largest first. */
  readonly values: readonly number[]
  /** One of length 1 for each value. */
  readonly vectors: readonly Float64Array[]
}

/** Residual ‖Av − λv‖ that is small enough, relative to the largest eigenvalue; the matrix itself is a float32 product. */
const tolerance = 1e-9

/** Vectors beyond those asked for: equal eigenvalues are found together only within one block. */
const spare = 2

interface Basis {
  readonly vectors: Float64Array[]
  /** The matrix times each vector. */
  readonly images: Float64Array[]
  /** vectorsᵀ · images, lower triangle by rows. */
  readonly inner: number[][]
}

export function largestEigenpairs(matrix: SymmetricMatrix, count: number): Eigenpairs {
  const { size } = matrix
  const block = Math.min(size, count + spare)
  const random = makeRandom(1) // any start does; a fixed one gives the same bytes every time
  const noise = (): Float64Array => Float64Array.from({ length: size }, () => random() - 0.5)
  const basis: Basis = { vectors: [], images: [], inner: [] }
  let next: readonly Float64Array[] = Array.from({ length: block }, noise)
  for (let check = 4 * block; ;) {
    for (const vector of next) extend(basis, matrix, vector, noise)
    const { length } = basis.vectors
    if (length >= check || length === size) {
      check = Math.ceil(1.15 * length)
      const { pairs, residual } = ritz(basis, count)
      if (length === size || residual <= tolerance * Math.abs(pairs.values[0]!)) return pairs
    }
    next = basis.images.slice(-block)
  }
}

/** Adds the part of a vector that the basis does not hold; random noise where nothing is left of it. */
function extend(basis: Basis, matrix: SymmetricMatrix, from: Float64Array, noise: () => Float64Array): void {
  if (basis.vectors.length === matrix.size) return
  let vector: Float64Array = from.slice()
  for (let before = norm(vector); ; before = norm(vector)) {
    orthogonalise(vector, basis.vectors)
    orthogonalise(vector, basis.vectors) // twice is enough (Giraud et al. 2005)
    if (norm(vector) > 1e-10 * before && before > 0) break
    vector = noise()
  }
  const length = norm(vector)
  const unit = vector.map((entry) => entry / length)
  const image = multiply(matrix, unit)
  basis.vectors.push(unit)
  basis.images.push(image)
  basis.inner.push(basis.vectors.map((other) => dot(other, image)))
}

/** The best eigenpairs that lie in the basis, and the largest residual among them (Rayleigh and Ritz). */
function ritz({ vectors, images, inner }: Basis, count: number): { pairs: Eigenpairs; residual: number } {
  const { length } = vectors
  const small = new Matrix(length, length)
  inner.forEach((row, i) => row.forEach((entry, j) => small.set(i, j, entry).set(j, i, entry)))
  const decomposition = new EigenvalueDecomposition(small, { assumeSymmetric: true })
  const order = [...decomposition.realEigenvalues.keys()].toSorted(
    (a, b) => decomposition.realEigenvalues[b]! - decomposition.realEigenvalues[a]!,
  )
  const chosen = order.slice(0, count)
  const values = chosen.map((i) => decomposition.realEigenvalues[i]!)
  const weights = chosen.map((i) => decomposition.eigenvectorMatrix.getColumn(i))
  const found = weights.map((weight) => combine(vectors, weight))
  const residuals = weights.map((weight, k) => {
    const image = combine(images, weight)
    return norm(image.map((entry, i) => entry - values[k]! * found[k]![i]!))
  })
  return { pairs: { values, vectors: found }, residual: Math.max(...residuals) }
}

function combine(vectors: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const sum = new Float64Array(vectors[0]!.length)
  vectors.forEach((vector, k) => {
    const weight = weights[k]!
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * vector[i]!
  })
  return sum
}

/** Rows summed side by side, so that an addition does not wait for the one before. */
const rowsAtOnce = 4

function multiply({ size, data }: SymmetricMatrix, vector: Float64Array): Float64Array {
  const image = new Float64Array(size)
  let i = 0
  for (; i + rowsAtOnce <= size; i += rowsAtOnce) {
    let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0]
    for (let j = 0, a = i * size, b = a + size, c = b + size, d = c + size; j < size; j++) {
      const entry = vector[j]!
      sumA += data[a++]! * entry
      sumB += data[b++]! * entry
      sumC += data[c++]! * entry
      sumD += data[d++]! * entry
    }
    image.set([sumA, sumB, sumC, sumD], i)
  }
  for (; i < size; i++) image[i] = dot(data.subarray(i * size, (i + 1) * size), vector)
  return image
}

function orthogonalise(vector: Float64Array, against: readonly Float64Array[]): void {
  for (const other of against) {
    const share = dot(other, vector)
    for (let i = 0; i < vector.length; i++) vector[i]! -= share * other[i]!
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

const norm = (vector: Float64Array): number => Math.sqrt(dot(vector, vector))
