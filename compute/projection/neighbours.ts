/** Exact nearest neighbours: the runtime selects candidates in float32, their distances are then taken in float64. */
import type { Metric, Progress, StateMatrix } from '#compute/types.ts'
import { findCandidates } from './candidates.ts'
import { centre, meanOf, normalise, pickRows } from './points.ts'
import { openCloseness } from './products.ts'
import type { ProductOptions } from './products.ts'

/** The `count` nearest of each point, nearest first; of equally near ones that with the smaller index. */
export interface Neighbours {
  readonly count: number
  /** [rows, count] */
  readonly indices: Int32Array
  /** [rows, count] Euclidean distances, or cosine distances 1 − cos. */
  readonly distances: Float32Array
}

/** Candidates beyond those asked for, because float32 products cannot order points that are nearly equally far. */
const spare = 6

/** Moves points into the frame in which distances are measured: around the mean of `points`, or on the unit sphere. */
export function frameOf(points: StateMatrix, metric: Metric): (others: StateMatrix) => StateMatrix {
  if (metric === 'cosine') return normalise
  const mean = meanOf(points)
  return (others) => centre(others, mean)
}

/** Neighbours among points in their frame (`frameOf`); a point is not its own. Yields between runs. */
export async function* findNeighbours(
  points: StateMatrix,
  count: number,
  metric: Metric,
  options: ProductOptions,
): AsyncGenerator<Progress, Neighbours> {
  const wanted = Math.min(points.rows, count + spare + 1)
  const candidates = yield* findCandidates(points, wanted, options)
  return nearestOf({ from: points, to: points, count, metric, isSame: true }, candidates)
}

/** Neighbours of new points among others, both in the frame of the others. */
export async function* findNeighboursAmong(
  from: StateMatrix,
  to: StateMatrix,
  count: number,
  metric: Metric,
  options: ProductOptions,
): AsyncGenerator<Progress, Neighbours> {
  const wanted = Math.min(to.rows, count + spare)
  const candidates = new Int32Array(from.rows * wanted)
  const closeness = await openCloseness(from, to, wanted, options)
  try {
    for (let start = 0; start < from.rows; start += closeness.block) {
      const end = Math.min(from.rows, start + closeness.block)
      candidates.set(await closeness.nearest(start, end), start * wanted)
      yield { stage: 'neighbours', done: end, total: from.rows }
    }
  } finally {
    await closeness.close()
  }
  return nearestOf({ from, to, count, metric, isSame: false }, candidates)
}

/** Neighbours of some of the points among all of them; the others have index −1 and no distance. */
export async function* findNeighboursOf(
  points: StateMatrix,
  chosen: Int32Array,
  count: number,
  metric: Metric,
  options: ProductOptions,
): AsyncGenerator<Progress, Neighbours> {
  // One more, because each finds itself.
  const found = yield* findNeighboursAmong(pickRows(points, chosen), points, count + 1, metric, options)
  const all = {
    count,
    indices: new Int32Array(points.rows * count).fill(-1),
    distances: new Float32Array(points.rows * count).fill(Number.NaN),
  }
  chosen.forEach((point, row) => {
    let next = point * count
    for (let at = row * (count + 1); next < (point + 1) * count; at++) {
      if (found.indices[at] === point) continue
      all.indices[next] = found.indices[at]!
      all.distances[next++] = found.distances[at]!
    }
  })
  return all
}

/** The nearest `count` of those that were found. */
export function firstOf({ count: has, indices, distances }: Neighbours, count: number): Neighbours {
  if (count === has) return { count, indices, distances }
  const rows = indices.length / has
  const places = Int32Array.from({ length: rows * count }, (_, at) => Math.floor(at / count) * has + (at % count))
  return {
    count,
    indices: places.map((at) => indices[at]!),
    distances: Float32Array.from(places, (at) => distances[at]!),
  }
}

interface Search {
  readonly from: StateMatrix
  readonly to: StateMatrix
  readonly count: number
  readonly metric: Metric
  readonly isSame: boolean
}

/** The nearest of each point's candidates by their distances in float64. */
function nearestOf({ from, to, count, metric, isSame }: Search, candidates: Int32Array): Neighbours {
  const found = { count, indices: new Int32Array(from.rows * count), distances: new Float32Array(from.rows * count) }
  const wanted = candidates.length / from.rows
  const squares = new Float64Array(wanted)
  const order = new Int32Array(wanted)
  for (let i = 0; i < from.rows; i++) {
    let size = 0
    for (let at = i * wanted; at < (i + 1) * wanted; at++) {
      const j = candidates[at]!
      if (isSame && j === i) continue
      insert(squares, order, size++, squaredDistance(from, i, to, j), j)
    }
    for (let k = 0; k < count; k++) {
      found.indices[i * count + k] = order[k]!
      found.distances[i * count + k] = metric === 'cosine' ? squares[k]! / 2 : Math.sqrt(squares[k]!)
    }
  }
  return found
}

/** Puts a point in its place among the first `size`, which rise by square and then by index. */
function insert(squares: Float64Array, order: Int32Array, size: number, square: number, j: number): void {
  let at = size
  for (; at > 0 && (squares[at - 1]! > square || (square === squares[at - 1]! && order[at - 1]! > j)); at--) {
    squares[at] = squares[at - 1]!
    order[at] = order[at - 1]!
  }
  squares[at] = square
  order[at] = j
}

function squaredDistance(from: StateMatrix, i: number, to: StateMatrix, j: number): number {
  const { width } = from
  let sum = 0
  for (let a = i * width, b = j * width, end = a + width; a < end; a++, b++) {
    const difference = from.data[a]! - to.data[b]!
    sum += difference * difference
  }
  return sum
}
