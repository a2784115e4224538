/** The low-dimensional membership 1 / (1 + a d^2b) of UMAP, and its forces as tables. */

export interface Curve {
  readonly a: number
  readonly b: number
}

/** Distance at which the fitted curve ends, in units of the spread, and the number of points it is fitted at; as umap-learn has them. */
const reach = 3
const samples = 300

/** Fits a and b to exp(−(d − minDistance) / spread), 1 below the minimum distance, by damped least squares (Marquardt 1963). */
export function fitCurve(minDistance: number, spread: number): Curve {
  const points = Array.from({ length: samples }, (_, i) => (reach * spread * i) / (samples - 1))
  const wanted = points.map((d) => (d < minDistance ? 1 : Math.exp(-(d - minDistance) / spread)))
  let curve: Curve = { a: 1, b: 1 }
  let error = errorOf(curve, points, wanted)
  for (let step = 0, damping = 1e-2; step < 200 && damping < 1e12; step++) {
    const next = improve(curve, points, wanted, damping)
    const nextError = next.a > 0 && next.b > 0 ? errorOf(next, points, wanted) : Infinity
    if (nextError < error) [curve, error, damping] = [next, nextError, damping / 10]
    else damping *= 10
  }
  return curve
}

const membership = ({ a, b }: Curve, d: number): number => 1 / (1 + a * d ** (2 * b))

const errorOf = (curve: Curve, points: readonly number[], wanted: readonly number[]): number =>
  points.reduce((sum, d, i) => sum + (membership(curve, d) - wanted[i]!) ** 2, 0)

/** One damped Gauss-Newton step. */
function improve(curve: Curve, points: readonly number[], wanted: readonly number[], damping: number): Curve {
  let [aa, ab, bb, ra, rb] = [0, 0, 0, 0, 0]
  points.forEach((d, i) => {
    if (d === 0) return // the curve is 1 there whatever a and b
    const y = membership(curve, d)
    const power = d ** (2 * curve.b)
    const da = -y * y * power
    const db = -y * y * curve.a * power * 2 * Math.log(d)
    const rest = wanted[i]! - y
    aa += da * da
    ab += da * db
    bb += db * db
    ra += da * rest
    rb += db * rest
  })
  const [p, q] = [aa * (1 + damping), bb * (1 + damping)]
  const determinant = p * q - ab * ab
  return { a: curve.a + (q * ra - ab * rb) / determinant, b: curve.b + (p * rb - ab * ra) / determinant }
}

/** Entries per doubling of the squared distance: forces are within half a per cent of the formulas. */
const bitsPerOctave = 7
/** Squared distances below 2^-30 and from 2^14 on use the forces of these. */
const firstOctave = -30
const lastOctave = 14

/**
 * Factors of the difference vector by squared distance. A table in place of `Math.pow` makes an epoch several times as fast, and
 * the same on every machine.
 */
export interface Forces {
  /** −2ab d^2(b−1) / (1 + a d^2b) */
  readonly attraction: Float32Array
  /** 2b / ((0.001 + d²)(1 + a d^2b)) */
  readonly repulsion: Float32Array
}

export function tabulateForces({ a, b }: Curve): Forces {
  const size = (lastOctave - firstOctave) << bitsPerOctave
  const attraction = new Float32Array(size)
  const repulsion = new Float32Array(size)
  for (let i = 0; i < size; i++) {
    const octave = 2 ** (firstOctave + (i >> bitsPerOctave))
    const square = octave * (1 + ((i & (2 ** bitsPerOctave - 1)) + 0.5) / 2 ** bitsPerOctave)
    const power = square ** b
    attraction[i] = (-2 * a * b * (power / square)) / (1 + a * power)
    repulsion[i] = (2 * b) / ((0.001 + square) * (1 + a * power))
  }
  return { attraction, repulsion }
}

const shift = 20 - bitsPerOctave
const first = (1023 + firstOctave) << bitsPerOctave
const last = ((lastOctave - firstOctave) << bitsPerOctave) - 1

/** Squared distances whose forces are asked, written as numbers and read as bits: two views of one memory. */
export interface Squares {
  readonly squares: Float64Array
  readonly words: Int32Array
}

export function makeSquares(count: number): Squares {
  const squares = new Float64Array(count)
  return { squares, words: new Int32Array(squares.buffer) }
}

/**
 * The force at a squared distance, by the leading bits of its float64 (numbers lie little end first wherever Node runs). Each of several
 * forces asked side by side writes to a slot of its own.
 */
export function forceAt(table: Float32Array, { squares, words }: Squares, slot: number, square: number): number {
  squares[slot] = square
  const index = (words[2 * slot + 1]! >> shift) - first
  return table[index < 0 ? 0 : index > last ? last : index]!
}
