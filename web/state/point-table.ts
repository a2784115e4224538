/** The points of a corpus in memory, column by column, as every drawing of them reads them. Pure. */
import type { Filter } from '#collab/wire/document.ts'
import { decodePoints } from '#collab/wire/point-set.ts'
import type { PointColumn, PointsReply } from '#server/wire/points.ts'

interface Described {
  /** Name to filter by. */
  readonly name: string
  readonly title: string
  readonly unit: string
  readonly definition: string
  readonly origin: PointColumn['origin']
  /** Whether workspace filters can name it. */
  readonly filterable: boolean
}

export interface NumberColumn extends Described {
  readonly type: 'number'
  /** [count], NaN where there is no value. */
  readonly values: Float64Array
  /** Of the values there are; NaN where there are none. */
  readonly min: number
  readonly max: number
}

export interface CategoryColumn extends Described {
  readonly type: 'category'
  /** The commonest first. */
  readonly levels: readonly string[]
  /** [count], index of a level, −1 where there is no value. */
  readonly codes: Int32Array
  /** [levels] how many points have each. */
  readonly counts: Int32Array
}

export type Column = NumberColumn | CategoryColumn

/** The instances of a corpus as points 0 … count − 1. */
export interface Points {
  readonly count: number
  readonly ids: readonly string[]
  /** Place in the corpus, rising: what projections and selections name points by. */
  readonly ordinals: Int32Array
  readonly columns: readonly Column[]
  /** Point of an instance; −1 where there is none. */
  indexOf(id: string): number
  /** Point of an ordinal; −1 where there is none. */
  indexOfOrdinal(ordinal: number): number
}

export function makePoints({ ids, ordinals, columns }: PointsReply): Points {
  const byId = new Map(ids.map((id, index) => [id, index]))
  const sorted = Int32Array.from(ordinals)
  return {
    count: ids.length,
    ids,
    ordinals: sorted,
    columns: columns.map(makeColumn),
    indexOf: (id) => byId.get(id) ?? -1,
    indexOfOrdinal: (ordinal) => search(sorted, ordinal),
  }
}

function makeColumn(column: PointColumn): Column {
  const { name, title, unit, definition, origin, filterable } = column
  const described = { name, title, unit, definition, origin, filterable }
  if (column.type === 'category') {
    const codes = Int32Array.from(column.codes)
    const counts = new Int32Array(column.levels.length)
    for (const code of codes) if (code >= 0) counts[code]!++
    return { ...described, type: 'category', levels: column.levels, codes, counts }
  }
  const values = Float64Array.from(column.values, (value) => value ?? Number.NaN)
  let [min, max] = [Number.NaN, Number.NaN]
  for (const value of values) {
    if (Number.isNaN(value)) continue
    if (!(value >= min)) min = value
    if (!(value <= max)) max = value
  }
  return { ...described, type: 'number', values, min, max }
}

/** Index of a number in a rising list; −1 where it is not. */
function search(sorted: Int32Array, wanted: number): number {
  let [low, high] = [0, sorted.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = sorted[middle]!
    if (found === wanted) return middle
    if (found < wanted) low = middle + 1
    else high = middle - 1
  }
  return -1
}

/** Which points have these ordinals: [count], 1 where they do. */
export function maskOfOrdinals(points: Points, ordinals: Iterable<number>): Uint8Array {
  const mask = new Uint8Array(points.count)
  let before = -1
  for (const ordinal of ordinals) {
    // Sets are told in rising order, and most are of neighbours.
    const next = points.ordinals[before + 1] === ordinal
    const index = next ? before + 1 : points.indexOfOrdinal(ordinal)
    if (index >= 0) mask[(before = index)] = 1
  }
  return mask
}

/** How the server calls a missing value of a category. */
const noValue = '(none)'

/**
 * Which points match a filter, [count], by the columns alone; null where only the server can tell: texts, and columns that are not
 * in the table as they are filtered by.
 */
export function maskOfFilter(points: Points, filter: Filter): Uint8Array | null {
  if (filter.kind === 'slice') return maskOfOrdinals(points, decodePoints(filter.points))
  if (filter.kind === 'text') return null
  const column = points.columns.find(({ name }) => name === filter.field)
  if (!column?.filterable) return null
  if (filter.kind === 'range') return column.type === 'number' ? inRange(column, filter.min, filter.max) : null
  return column.type === 'category' ? isAmong(column, filter.values, filter.not) : null
}

function inRange({ values }: NumberColumn, min: number | null, max: number | null): Uint8Array {
  const [low, high] = [min ?? -Infinity, max ?? Infinity]
  const mask = new Uint8Array(values.length)
  for (let i = 0; i < values.length; i++) mask[i] = values[i]! >= low && values[i]! <= high ? 1 : 0
  return mask
}

function isAmong({ levels, codes }: CategoryColumn, values: readonly string[], not: boolean): Uint8Array {
  const among = levels.map((level) => values.includes(level) !== not)
  const none = values.includes(noValue) !== not
  return Uint8Array.from(codes, (code) => ((code < 0 ? none : among[code]!) ? 1 : 0))
}

/** Points in every one of these; null: in none, so all. */
export function bothMasks(masks: readonly Uint8Array[]): Uint8Array | null {
  const [first, ...others] = masks
  if (first === undefined) return null
  const both = first.slice()
  for (const mask of others) for (let i = 0; i < both.length; i++) both[i]! &= mask[i]!
  return both
}
