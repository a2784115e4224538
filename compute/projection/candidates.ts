/** Which points may be the nearest of each point: blocks of points are multiplied with each other once, and looked at from both sides. */
import type { Progress, StateMatrix } from '#compute/types.ts'
import { openTiles } from './products.ts'
import type { Nearest, ProductOptions, Span } from './products.ts'

/** Points in a block, unless more candidates are wanted: 4 MB of products, some 30 ms of work, so that a cancel is soon seen. */
const leastBlock = 1000

/** The best found so far of every point, best first. */
interface Found {
  readonly count: number
  /** [points, count], −∞ where nothing is found yet */
  readonly values: Float32Array
  /** [points, count] */
  readonly indices: Int32Array
}

/**
 * The `count` nearest of each point by products in float32, nearest first, the point itself among them: [points, count]. Of equally
 * near ones those with smaller indices. Yields between blocks.
 */
export async function* findCandidates(
  points: StateMatrix,
  count: number,
  options: ProductOptions,
): AsyncGenerator<Progress, Int32Array> {
  const { rows } = points
  const blocks = Math.max(1, Math.floor(rows / Math.max(leastBlock, count)))
  const edges = Array.from({ length: blocks + 1 }, (_, b) => Math.floor((b * rows) / blocks))
  const values = new Float32Array(rows * count).fill(-Infinity)
  const found: Found = { count, values, indices: new Int32Array(rows * count) }
  const tiles = await openTiles(points, count, options)
  const total = (blocks * (blocks + 1)) / 2
  let done = 0
  try {
    for (let i = 0; i < blocks; i++) {
      for (let j = i; j < blocks; j++) {
        const [a, b] = [span(edges, i), span(edges, j)]
        const { ofA, ofB } = await tiles.nearest(a, b)
        merge(found, a.start, ofA, b.start)
        if (j > i) merge(found, b.start, ofB, a.start)
        yield { stage: 'neighbours', done: Math.floor((++done * rows) / total), total: rows }
      }
    }
    return found.indices
  } finally {
    await tiles.close()
  }
}

const span = (edges: readonly number[], b: number): Span => ({
  start: edges[b]!,
  end: edges[b + 1]!,
})

/** Merges what a block of points, the first of which is `first`, found in another, the first of which is `other`. */
function merge(
  { count, values, indices }: Found,
  first: number,
  { values: more, indices: places }: Nearest,
  other: number,
): void {
  const [oldValues, oldIndices] = [new Float32Array(count), new Int32Array(count)]
  for (let at = 0; at < more.length; at += count) {
    const row = first * count + at
    oldValues.set(values.subarray(row, row + count))
    oldIndices.set(indices.subarray(row, row + count))
    for (let k = 0, old = 0, next = 0; k < count; k++) {
      const isOld = oldValues[old]! >= more[at + next]!
      values[row + k] = isOld ? oldValues[old]! : more[at + next]!
      indices[row + k] = isOld ? oldIndices[old++]! : other + places[at + next++]!
    }
  }
}
