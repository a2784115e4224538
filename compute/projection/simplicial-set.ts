/** The fuzzy simplicial set of UMAP (McInnes, Healy and Melville 2018, section 3.1), as a symmetric sparse matrix in flat arrays. */
import type { Neighbours } from './neighbours.ts'

/** Compressed sparse rows: the entries of row i stand at `starts[i]` to `starts[i + 1]`, by rising column. */
export interface SparseMatrix {
  readonly rows: number
  /** [rows + 1] */
  readonly starts: Int32Array
  readonly columns: Int32Array
  readonly values: Float32Array
}

/** How far each point's neighbourhood reaches: membership falls as exp(−(d − nearest) / width). */
export interface Reach {
  readonly nearest: Float64Array
  readonly width: Float64Array
}

const halvings = 64
const sumTolerance = 1e-5
/** Widths are at least this share of the mean distance, so that duplicates keep some. */
const leastWidth = 1e-3

/**
 * Widths for which the memberships of a point's neighbours sum to log2 of their number, the point itself counted as umap-learn
 * does (`smooth_knn_dist`). `nearest` is the distance to the first neighbour that is not a duplicate.
 */
export function reachOf({ count, distances }: Neighbours): Reach {
  const rows = distances.length / count
  const nearest = new Float64Array(rows)
  const width = new Float64Array(rows)
  const target = Math.log2(count + 1)
  const meanOfAll = distances.reduce((sum, distance) => sum + distance, 0) / (rows * (count + 1))
  for (let i = 0; i < rows; i++) {
    const row = distances.subarray(i * count, (i + 1) * count)
    nearest[i] = row.find((distance) => distance > 0) ?? 0
    const least = nearest[i]! > 0 ? row.reduce((sum, distance) => sum + distance, 0) / (count + 1) : meanOfAll
    width[i] = Math.max(solveWidth(row, nearest[i]!, target), leastWidth * least)
  }
  return { nearest, width }
}

/** Widths for neighbours of points outside the set, of which none is the point itself: memberships fall from distance 0 on. */
export function widthsFromZero({ count, distances }: Neighbours): Reach {
  const rows = distances.length / count
  const meanOfAll = distances.reduce((sum, distance) => sum + distance, 0) / distances.length
  const width = Float64Array.from({ length: rows }, (_, i) => {
    const row = distances.subarray(i * count, (i + 1) * count)
    return Math.max(solveWidth(row, 0, Math.log2(count)), leastWidth * meanOfAll)
  })
  return { nearest: new Float64Array(rows), width }
}

function solveWidth(row: Float32Array, nearest: number, target: number): number {
  let [low, high, width] = [0, Infinity, 1]
  for (let step = 0; step < halvings; step++) {
    let sum = 0
    for (const distance of row) sum += distance > nearest ? Math.exp((nearest - distance) / width) : 1
    if (Math.abs(sum - target) < sumTolerance) break
    if (sum > target) high = width
    else low = width
    width = high === Infinity ? 2 * width : (low + high) / 2
  }
  return width
}

/** Memberships [rows, count] of each point's neighbours. */
export function membershipsOf({ count, distances }: Neighbours, { nearest, width }: Reach): Float32Array {
  return distances.map((distance, at) => {
    const i = Math.floor(at / count)
    const beyond = distance - nearest[i]!
    return beyond <= 0 || width[i] === 0 ? 1 : Math.exp(-beyond / width[i]!)
  })
}

/** The union of the points' views: a + b − ab of the memberships in both directions. */
export function fuzzySimplicialSet(neighbours: Neighbours): SparseMatrix {
  const memberships = membershipsOf(neighbours, reachOf(neighbours))
  return symmetrise(neighbours, memberships, (a, b) => a + b - a * b)
}

/** Joins the weights of i → j and j → i (0 where there is none) into one symmetric matrix. */
export function symmetrise(
  { count, indices }: Neighbours,
  weights: Float32Array,
  join: (a: number, b: number) => number,
): SparseMatrix {
  const rows = indices.length / count
  const reverse = incoming(rows, count, indices)
  const starts = new Int32Array(rows + 1)
  const columns = new Int32Array(2 * indices.length)
  const values = new Float32Array(2 * indices.length)
  let size = 0
  for (let i = 0; i < rows; i++) {
    const out = Int32Array.from({ length: count }, (_, k) => i * count + k).sort((p, q) => indices[p]! - indices[q]!)
    const back = reverse.places.subarray(reverse.starts[i], reverse.starts[i + 1])
    for (let o = 0, b = 0; o < out.length || b < back.length;) {
      const to = o < out.length ? indices[out[o]!]! : rows
      const from = b < back.length ? Math.floor(back[b]! / count) : rows
      const column = Math.min(to, from)
      const value = join(to === column ? weights[out[o++]!]! : 0, from === column ? weights[back[b++]!]! : 0)
      if (value <= 0) continue
      columns[size] = column
      values[size++] = value
    }
    starts[i + 1] = size
  }
  return { rows, starts, columns: columns.slice(0, size), values: values.slice(0, size) }
}

/** For every point, the places in `indices` that name it, rising. */
function incoming(rows: number, count: number, indices: Int32Array): { starts: Int32Array; places: Int32Array } {
  const starts = new Int32Array(rows + 1)
  for (const j of indices) starts[j + 1]!++
  for (let i = 0; i < rows; i++) starts[i + 1]! += starts[i]!
  const next = starts.slice()
  const places = new Int32Array(rows * count)
  indices.forEach((j, at) => (places[next[j]!++] = at))
  return { starts, places }
}
