/** One head's weights on one text: sums, the sink, and the reduction of what has more cells than the drawing has pixels. */
import type { Tensor } from '#web/api/safetensors.ts'

/** Row-major [queries, keys]. */
export interface Pattern {
  readonly values: Float32Array
  readonly queries: number
  readonly keys: number
}

/** One head of a tensor [heads, queries, keys]; null where the tensor is of another shape. */
export function patternOf(tensor: Tensor | undefined, head: number): Pattern | null {
  if (tensor?.dtype !== 'F32' || tensor.shape.length !== 3) return null
  const [heads = 0, queries = 0, keys = 0] = tensor.shape
  if (head >= heads) return null
  return { values: tensor.data.subarray(head * queries * keys, (head + 1) * queries * keys), queries, keys }
}

export const valueAt = ({ values, keys }: Pattern, query: number, key: number): number =>
  values[query * keys + key] ?? Number.NaN

/** The weight that each key receives on average, where no query is asked alone. */
function received({ values, queries, keys }: Pattern): Float32Array {
  const sums = new Float32Array(keys)
  for (let query = 0; query < queries; query++)
    for (let key = 0; key < keys; key++) sums[key]! += values[query * keys + key]! // both loops stay inside
  return sums
}

/**
 * The key where attention goes that looks at nothing in particular (Xiao et al. 2024): of the first key and the special tokens the one
 * that receives most.
 */
export function sinkOf(pattern: Pattern, special: readonly boolean[]): number {
  const sums = received(pattern)
  let sink = 0
  for (let key = 1; key < pattern.keys; key++) if (special[key] === true && sums[key]! > sums[sink]!) sink = key
  return sink
}

export interface Sums {
  /** Σ over the keys shown, one a query. */
  readonly rows: Float32Array
  /** Σ over the queries, one a key; of the hidden key too. */
  readonly columns: Float32Array
  /** The largest of the keys shown, at least a little above zero. */
  readonly mostReceived: number
  /** The largest value of each row among the keys shown. */
  readonly peaks: Float32Array
}

export function sumsOf(pattern: Pattern, hidden: number | null): Sums {
  const { values, queries, keys } = pattern
  const rows = new Float32Array(queries)
  const peaks = new Float32Array(queries)
  const columns = received(pattern)
  for (let query = 0; query < queries; query++) {
    for (let key = 0; key < keys; key++) {
      if (key === hidden) continue
      const value = values[query * keys + key]! // both loops stay inside
      rows[query]! += value
      if (Math.abs(value) > peaks[query]!) peaks[query] = Math.abs(value)
    }
  }
  const mostReceived = columns.reduce((most, sum, key) => (key === hidden ? most : Math.max(most, Math.abs(sum))), 1e-9)
  return { rows, columns, mostReceived, peaks }
}

/** The largest absolute value, the hidden key left out. */
export function reachOfPattern({ values, keys }: Pattern, hidden: number | null): number {
  let most = 0
  for (let at = 0; at < values.length; at++)
    if (at % keys !== hidden && Math.abs(values[at]!) > most) most = Math.abs(values[at]!) // inside the loop
  return most
}

/** The keys that a query looks at most, or the queries that look at a key most; `count` of them, largest first. */
export function strongestOf(
  pattern: Pattern,
  at: { readonly query: number } | { readonly key: number },
  hidden: number | null,
  count: number,
): readonly { readonly index: number; readonly value: number }[] {
  const ofQuery = 'query' in at
  const length = ofQuery ? pattern.keys : pattern.queries
  return Array.from({ length }, (_, index) => ({
    index,
    value: ofQuery ? valueAt(pattern, at.query, index) : valueAt(pattern, index, at.key),
  }))
    .filter(({ index, value }) => !(ofQuery && index === hidden) && Math.abs(value) > 0)
    .sort((left, right) => Math.abs(right.value) - Math.abs(left.value))
    .slice(0, count)
}

/** No drawing has more cells than this a side. */
export const mostCells = 1024

/** How many cells a side become one, so that each one has at least a pixel: 1 where all fit. */
export function poolFactor({ queries, keys }: Pattern, width: number, height: number): number {
  const columns = Math.max(1, Math.min(mostCells, Math.floor(width)))
  const rows = Math.max(1, Math.min(mostCells, Math.floor(height)))
  return Math.max(1, Math.ceil(keys / columns), Math.ceil(queries / rows))
}

/** One cell for k × k: the value with the largest absolute value. The hidden key takes no part. */
export function poolPattern({ values, queries, keys }: Pattern, k: number, hidden: number | null): Pattern {
  if (k === 1) return { values, queries, keys }
  const down = Math.ceil(queries / k)
  const across = Math.ceil(keys / k)
  const pooled = new Float32Array(down * across)
  const columns = Int32Array.from({ length: keys }, (_, key) => (key === hidden ? -1 : Math.floor(key / k)))
  for (let query = 0; query < queries; query++) {
    const row = Math.floor(query / k) * across
    const start = query * keys
    for (let key = 0; key < keys; key++) {
      const column = columns[key]! // inside the row, as is what follows
      const value = values[start + key]!
      const most = pooled[row + column]!
      if (column >= 0 && value * value > most * most) pooled[row + column] = value
    }
  }
  return { values: pooled, queries: down, keys: across }
}
