/** The affinities of t-SNE over nearest neighbours (van der Maaten 2014, section 4.1). */
import type { Neighbours } from './neighbours.ts'
import { symmetrise } from './simplicial-set.ts'
import type { SparseMatrix } from './simplicial-set.ts'

/** Neighbours that a perplexity looks at. */
export const neighboursOfPerplexity = (perplexity: number): number => Math.floor(3 * perplexity)

const halvings = 100
const entropyTolerance = 1e-5

/** Shares [rows, count] of each point's neighbours, of the width at which their entropy is that of the perplexity. */
export function conditionalAffinities({ count, distances }: Neighbours, perplexity: number): Float32Array {
  const shares = new Float32Array(distances.length)
  for (let start = 0; start < distances.length; start += count) {
    const squares = Float64Array.from(distances.subarray(start, start + count), (distance) => distance * distance)
    shares.set(sharesAt(squares, solvePrecision(squares, Math.log(perplexity))), start)
  }
  return shares
}

/** Symmetric affinities that sum to 1 over all pairs. */
export function jointAffinities(neighbours: Neighbours, perplexity: number): SparseMatrix {
  const rows = neighbours.indices.length / neighbours.count
  return symmetrise(neighbours, conditionalAffinities(neighbours, perplexity), (a, b) => (a + b) / (2 * rows))
}

/** The factor β of −d² whose shares have this entropy, in nats. */
function solvePrecision(squares: Float64Array, wanted: number): number {
  const mean = squares.reduce((sum, square) => sum + square, 0) / squares.length
  if (mean === 0) return 1 // duplicates only: all shares are equal, whatever the width
  let [low, high, precision] = [0, Infinity, 1 / mean]
  for (let step = 0; step < halvings; step++) {
    const difference = entropyOf(sharesAt(squares, precision)) - wanted
    if (Math.abs(difference) < entropyTolerance) break
    if (difference > 0) low = precision
    else high = precision
    precision = high === Infinity ? 2 * precision : (low + high) / 2
  }
  return precision
}

function sharesAt(squares: Float64Array, precision: number): Float64Array {
  const shares = squares.map((square) => Math.exp((squares[0]! - square) * precision)) // the first is the nearest
  const whole = shares.reduce((sum, share) => sum + share, 0)
  return shares.map((share) => share / whole)
}

const entropyOf = (shares: Float64Array): number =>
  shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0)
