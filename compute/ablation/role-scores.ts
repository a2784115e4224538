/** What one head's attention does in one text. Each score is a sum over queries with the number of queries it was taken of. */
import { kendallTauB } from '#compute/evaluation/rank-correlation.ts'

/** One head's probabilities, row-major [queries, keys]. */
export interface Pattern {
  readonly weights: Float32Array
  readonly queries: number
  readonly keys: number
}

export interface Tally {
  readonly sum: number
  readonly count: number
}

export const nothing: Tally = { sum: 0, count: 0 }

/** Offsets key − query that count as a relative position. */
export const offsets: readonly number[] = [-4, -3, -2, -1, 0, 1, 2, 3, 4]

/** Absolute positions that a head may hold on to. */
export const places: readonly number[] = [0, 1, 2, 3]

const at = ({ weights, keys }: Pattern, query: number, key: number): number => weights[query * keys + key]!

/** Sums f over the queries for which it is a number. */
function tally({ queries }: Pattern, f: (query: number) => number | null): Tally {
  let [sum, count] = [0, 0]
  for (let query = 0; query < queries; query++) {
    const value = f(query)
    if (value === null) continue
    sum += value
    count += 1
  }
  return { sum, count }
}

/** Mass on the key that stands `offset` from the query, over the queries that have one (Voita et al. 2019, positional heads). */
export const offsetMass = (pattern: Pattern, offset: number): Tally =>
  tally(pattern, (q) => (q + offset >= 0 && q + offset < pattern.keys ? at(pattern, q, q + offset) : null))

/**
 * Mass on one absolute position, over the queries after it where a text looks at itself (a query alone with its key looks there
 * whatever it does), over all queries of cross attention.
 */
export const placeMass = (pattern: Pattern, place: number, isSelf: boolean): Tally =>
  tally(pattern, (q) => (place < pattern.keys && (!isSelf || q > place) ? at(pattern, q, place) : null))

/** Mass on keys that are separators or special tokens (Clark et al. 2019), over queries that could look elsewhere too. */
export const separatorMass = (pattern: Pattern, isSeparator: readonly boolean[], isCausal: boolean): Tally =>
  tally(pattern, (q) => {
    const seen = isCausal ? isSeparator.slice(0, q + 1) : isSeparator
    if (seen.every(Boolean)) return null
    return seen.reduce((sum, marked, key) => sum + (marked ? at(pattern, q, key) : 0), 0)
  })

/**
 * Mass on the tokens that came after earlier copies of the query's token, over the queries that have any (Olsson et al. 2022,
 * prefix matching). For attention that sees earlier tokens of its own text only.
 */
export const inductionMass = (pattern: Pattern, ids: readonly number[]): Tally =>
  tally(pattern, (q) => {
    const after = ids.slice(0, q).flatMap((id, p) => (id === ids[q] && p + 1 < q ? [p + 1] : []))
    return after.length === 0 ? null : after.reduce((sum, key) => sum + at(pattern, q, key), 0)
  })

/**
 * How far cross attention goes through the source in order: Kendall's τ-b between queries and their most attended source token
 * (0 where negative), times the mean weight of those tokens. Special tokens are no place in the source and left out.
 */
export function alignment(pattern: Pattern, isSpecial: readonly boolean[]): Tally {
  const keys = isSpecial.flatMap((special, key) => (special ? [] : [key]))
  if (keys.length < 2 || pattern.queries < 2) return nothing
  const queries = Array.from({ length: pattern.queries }, (_, q) => q)
  const best = queries.map((q) => keys.reduce((top, key) => (at(pattern, q, key) > at(pattern, q, top) ? key : top)))
  const order = kendallTauB(queries, best)
  const focus = queries.reduce((sum, q) => sum + at(pattern, q, best[q]!), 0) / pattern.queries
  return { sum: Number.isNaN(order) ? 0 : Math.max(0, order) * focus, count: 1 }
}

/** The query that looks hardest at one key, and that key. Special keys and a query's own token are left out. */
export function strongest(
  pattern: Pattern,
  isSpecial: readonly boolean[],
  isSelf: boolean,
): { query: number; key: number } | null {
  let found: { query: number; key: number } | null = null
  let most = 0
  for (let query = 0; query < pattern.queries; query++) {
    for (let key = 0; key < pattern.keys; key++) {
      if (isSpecial[key] === true || (isSelf && key === query) || at(pattern, query, key) <= most) continue
      most = at(pattern, query, key)
      found = { query, key }
    }
  }
  return found
}
