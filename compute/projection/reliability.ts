/** How far a layout can be trusted, point by point (Venna and Kaski 2001, in their measures of trustworthiness and continuity). */
import type { Progress, StateMatrix } from '#compute/types.ts'
import type { Neighbours } from './neighbours.ts'
import { pickRows } from './points.ts'
import { openScores } from './products.ts'
import type { ProductOptions } from './products.ts'

/** One number a point, 1 where nothing is wrong; the mean over the points is the measure of the whole layout. */
export interface Reliability {
  /** Neighbours the measures look at; fewer than half of the points. */
  readonly count: number
  /** Share of the true neighbours that are neighbours in the layout too. */
  readonly preservation: Float32Array
  /** 1 − what is taken off for neighbours in the layout that are far in truth, by their rank there. */
  readonly trustworthiness: Float32Array
  /** 1 − what is taken off for true neighbours that are far in the layout. */
  readonly continuity: Float32Array
}

/**
 * Measures a layout [rows, dimensions] of points in their frame against their true neighbours (at least `count` of them). Looks from
 * every point, or from those that are to be measured, to all points; yields between blocks.
 */
export async function* measureReliability(
  points: StateMatrix,
  neighbours: Neighbours,
  layout: Float32Array,
  options: ProductOptions,
  measured: Int32Array | null = null,
): AsyncGenerator<Progress, Reliability> {
  const { rows } = points
  const result = emptyReliability(rows, Math.max(1, Math.min(neighbours.count, Math.ceil(rows / 2) - 1)))
  const picture: Picture = { layout, dimensions: layout.length / rows, squares: new Float32Array(rows) }
  const from = measured === null ? points : pickRows(points, measured)
  const scores = await openScores(from, points, options)
  try {
    for (let start = 0; start < from.rows; start += scores.block) {
      const end = Math.min(from.rows, start + scores.block)
      const block = await scores.of(start, end)
      for (let at = start; at < end; at++) {
        const closeness = block.subarray((at - start) * rows, (at - start + 1) * rows)
        measurePoint(measured?.[at] ?? at, closeness, neighbours, picture, result)
      }
      yield { stage: 'reliability', done: end, total: from.rows }
    }
    return result
  } finally {
    await scores.close()
  }
}

const emptyReliability = (rows: number, count: number): Reliability => ({
  count,
  preservation: new Float32Array(rows).fill(Number.NaN),
  trustworthiness: new Float32Array(rows).fill(Number.NaN),
  continuity: new Float32Array(rows).fill(Number.NaN),
})

interface Picture {
  readonly layout: Float32Array
  readonly dimensions: number
  /** Room for the squared distances of one point to all. */
  readonly squares: Float32Array
}

/** Writes the measures of point i, whose closeness to every point is given. */
function measurePoint(
  i: number,
  closeness: Float32Array,
  neighbours: Neighbours,
  { layout, dimensions, squares }: Picture,
  { count, preservation, trustworthiness, continuity }: Reliability,
): void {
  const rows = squares.length
  const penalty = 2 / (count * Math.max(1, 2 * rows - 3 * count - 1))
  const truth = neighbours.indices.subarray(i * neighbours.count, i * neighbours.count + count)
  layoutSquares(layout, dimensions, i, squares)
  const shown = nearestOf(squares, i, count)
  const intruders = shown.filter((j) => !truth.includes(j)).map((j) => -closeness[j]!)
  const missing = Array.from(truth)
    .filter((j) => !shown.includes(j))
    .map((j) => squares[j]!)
  preservation[i] = 1 - missing.length / count
  trustworthiness[i] = 1 - penalty * excess(intruders, closeness, -1, i, count)
  continuity[i] = 1 - penalty * excess(missing, squares, 1, i, count)
}

function layoutSquares(layout: Float32Array, dimensions: number, i: number, squares: Float32Array): void {
  if (dimensions === 2) {
    const [x, y] = [layout[2 * i]!, layout[2 * i + 1]!]
    for (let j = 0; j < squares.length; j++) {
      const dx = x - layout[2 * j]!
      const dy = y - layout[2 * j + 1]!
      squares[j] = dx * dx + dy * dy
    }
    return
  }
  for (let j = 0; j < squares.length; j++) {
    let square = 0
    for (let d = 0; d < dimensions; d++) square += (layout[i * dimensions + d]! - layout[j * dimensions + d]!) ** 2
    squares[j] = square
  }
}

/** Indices of the `count` smallest entries but that at `self`, smallest first, of equals the first. */
function nearestOf(squares: Float32Array, self: number, count: number): number[] {
  const best: number[] = []
  let limit = Infinity
  for (let j = 0; j < squares.length; j++) {
    const square = squares[j]!
    if (square >= limit || j === self) continue
    let at = best.length
    while (at > 0 && squares[best[at - 1]!]! > square) at--
    best.splice(at, 0, j)
    if (best.length > count) best.pop()
    if (best.length === count) limit = squares[best[count - 1]!]!
  }
  return best
}

/**
 * Σ (rank − count) of the given distances among `sign` · row, the entry at `self` left out. One pass over the row: most entries
 * are beyond the nearest that is asked for or need one comparison more.
 */
function excess(distances: readonly number[], row: Float32Array, sign: 1 | -1, self: number, count: number): number {
  if (distances.length === 0) return 0
  const sorted = Float32Array.from(distances).sort()
  const nearer = new Int32Array(sorted.length)
  const most = sorted[sorted.length - 1]!
  for (let l = 0; l < row.length; l++) {
    const distance = sign * row[l]!
    if (distance >= most || l === self) continue
    let at = sorted.length - 1
    while (at > 0 && sorted[at - 1]! > distance) at--
    nearer[at]!++
  }
  let [sum, before] = [0, 0]
  for (let k = 0; k < sorted.length; k++) {
    before += nearer[k]!
    sum += Math.max(0, before + 1 - count)
  }
  return sum
}

/** The mean over the points that were measured. */
export function meanOfMeasure(measure: Float32Array): number {
  let [sum, count] = [0, 0]
  for (const entry of measure) {
    if (Number.isNaN(entry)) continue
    sum += entry
    count++
  }
  return sum / count
}
