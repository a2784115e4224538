/** Relative position bias of T5 (Raffel et al. 2019): one number per head and bucket of distances, added to the scores. */
import { vector } from '#compute/ops/constant.ts'
import { add, max, min, sub } from '#compute/ops/elementwise.ts'
import { gather } from '#compute/ops/gather.ts'
import { positionsUpTo, transpose } from '#compute/ops/shape.ts'
import type { Dim, Value } from '#compute/graph/value.ts'

export interface Buckets {
  readonly count: number
  /** From here on all distances are one bucket. */
  readonly maxDistance: number
  /** Keys after a query have buckets of their own; else they are hidden, and have none. */
  readonly isBidirectional: boolean
}

/** The bias of queries at the given positions int64 [..., queries, 1]: [..., heads, queries, keys]. */
export type PositionBias = (queries: Value, keys: Dim) => Value

/** Reads the bias from a table [buckets, heads]. */
export function positionBias(table: Value, buckets: Buckets): PositionBias {
  const { maxDistance, isBidirectional } = buckets
  const furthest = isBidirectional ? maxDistance : 0
  const distances = Array.from({ length: maxDistance + furthest + 1 }, (_, i) => i - maxDistance)
  const bucketed = vector(
    'int64',
    distances.map((distance) => bucketOf(distance, buckets)),
  )
  const byDistance = transpose(gather(table, bucketed, 0), [1, 0]) // [heads, distances]
  return (queries, keys) => {
    const distance = sub(positionsUpTo(keys), queries) // [..., queries, keys]
    const index = add(max(min(distance, furthest), -maxDistance), maxDistance)
    const bias = gather(byDistance, index, 1) // [heads, ..., queries, keys]
    const leading = bias.shape.slice(3).map((_, i) => i + 1)
    const last = bias.shape.length
    return transpose(bias, [...leading, 0, last - 2, last - 1])
  }
}

/**
 * The bucket of key position − query position, as transformers' `_relative_position_bucket` and Mesh TensorFlow have it: one
 * per distance up to half of them, then ever wider ones. float32 as there, since a boundary may fall on a whole number.
 */
export function bucketOf(relative: number, { count, maxDistance, isBidirectional }: Buckets): number {
  const own = isBidirectional ? Math.floor(count / 2) : count
  const first = isBidirectional && relative > 0 ? own : 0
  const distance = isBidirectional ? Math.abs(relative) : Math.max(0, -relative)
  const exact = Math.floor(own / 2)
  if (distance < exact) return first + distance
  const round = Math.fround
  const share = round(round(Math.log(round(distance / exact))) / round(Math.log(maxDistance / exact)))
  return first + Math.min(own - 1, exact + Math.trunc(round(share * (own - exact))))
}
