/** Exact nearest neighbours: the runtime selects candidates in float32, their distances are then taken in float64. */
import type { Metric, Progress, StateMatrix } from '#compute/types.ts'
import { centre, meanOf, normalise } from './points.ts'
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
  return yield* search({ from: points, to: points, count, metric, isSame: true }, options)
}

/** Neighbours of new points among others, both in the frame of the others. */
export async function* findNeighboursAmong(
  from: StateMatrix,
  to: StateMatrix,
  count: number,
  metric: Metric,
  options: ProductOptions,
): AsyncGenerator<Progress, Neighbours> {
  return yield* search({ from, to, count, metric, isSame: false }, options)
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

async function* search(question: Search, options: ProductOptions): AsyncGenerator<Progress, Neighbours> {
  const { from, to, count, isSame } = question
  const candidates = Math.min(to.rows, count + spare + (isSame ? 1 : 0))
  const found = { count, indices: new Int32Array(from.rows * count), distances: new Float32Array(from.rows * count) }
  const closeness = await openCloseness(from, to, candidates, options)
  try {
    for (let start = 0; start < from.rows; start += closeness.block) {
      const end = Math.min(from.rows, start + closeness.block)
      const block = await closeness.nearest(start, end)
      for (let i = start; i < end; i++) {
        const row = block.subarray((i - start) * candidates, (i - start + 1) * candidates)
        keepNearest(question, i, row, found)
      }
      yield { stage: 'neighbours', done: end, total: from.rows }
    }
    return found
  } finally {
    await closeness.close()
  }
}

/** Writes row i: the nearest of the candidates by their distance in float64. */
function keepNearest({ from, to, metric, isSame }: Search, i: number, row: Int32Array, found: Neighbours): void {
  const { count } = found
  const others = Array.from(row).filter((j) => !isSame || j !== i)
  const squares = new Map(others.map((j) => [j, squaredDistance(from, i, to, j)]))
  others.sort((a, b) => squares.get(a)! - squares.get(b)! || a - b)
  for (let k = 0; k < count; k++) {
    const square = squares.get(others[k]!)!
    found.indices[i * count + k] = others[k]!
    found.distances[i * count + k] = metric === 'cosine' ? square / 2 : Math.sqrt(square)
  }
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
