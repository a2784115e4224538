/** What is drawn around the cells of a pattern, as plain values: names that fit, bars, masks. */
import { byWeight, placeLabels } from './label-places.ts'
import type { Pattern, Sums } from './pattern.ts'
import { valueAt } from './pattern.ts'
import type { PatternFrame, Spot } from './pattern-frame.ts'
import { xOf, yOf } from './pattern-frame.ts'
import type { Sides } from './sides.ts'

/** A drawing as far as its names and bars depend on it. */
export interface Marked {
  readonly pattern: Pattern
  readonly sides: Sides
  readonly hidden: number | null
  readonly reach: number
  readonly rows: readonly [number, number] | null
  readonly columns: readonly [number, number] | null
  readonly spot: Spot | null
}

/** Distances that names keep, px. */
const apart = { keys: 13, queries: 9.5 } as const

export const isInside = (span: readonly [number, number] | null, index: number): boolean =>
  span !== null && index >= span[0] && index <= span[1]

export const labelOf = (places: Sides['keys'], index: number): string => places[index]?.label ?? ''

export const shorten = (name: string, most: number): string =>
  name.length > most ? `${name.slice(0, most - 1)}…` : name

/** Names that say little give way to others. */
const isDull = (name: string): boolean => !/[\p{L}\p{N}]/u.test(name)

/** The row that names of keys go by: under the pointer, else the chosen one. */
const rowOf = ({ spot, rows }: Marked): number | null => spot?.query ?? rows?.[0] ?? null

/** Keys that are named: under the pointer, the chosen ones, the largest of the row at hand, then what receives most. */
export function namedKeys(marked: Marked, sums: Sums, frame: PatternFrame): readonly number[] {
  const { sides, columns, pattern, reach, spot } = marked
  const row = rowOf(marked)
  const weights = Float32Array.from(sums.columns, (sum, key) => {
    if (isInside(columns, key)) return 1e6
    const own = row === null || reach === 0 ? 0 : Math.abs(valueAt(pattern, row, key)) / reach
    return 4 * own + Math.abs(sum) / sums.mostReceived - (isDull(labelOf(sides.keys, key)) ? 3 : 0)
  })
  const first = spot?.key ?? null
  const fits = (key: number): boolean =>
    xOf(frame, key) + Math.min(9, labelOf(sides.keys, key).length) * 3.6 < frame.right + 4
  return placeLabels(
    [...(first === null ? [] : [first]), ...byWeight(weights)],
    (key) => xOf(frame, key),
    apart.keys,
    fits,
  )
}

/** Whether the name of a key is written strongly: chosen, pointed at, or looked at by the row at hand. */
export function isStrongKey(marked: Marked, key: number): boolean {
  const row = rowOf(marked)
  if (marked.spot?.key === key || isInside(marked.columns, key)) return true
  return row !== null && Math.abs(valueAt(marked.pattern, row, key)) > 0.3 * marked.reach
}

/** Queries that are named: the chosen one, the one under the pointer, then those that look the hardest. */
export function namedQueries({ sides, rows, spot, reach }: Marked, sums: Sums, frame: PatternFrame): readonly number[] {
  const weights = Float32Array.from(sums.peaks, (peak, query) => {
    const dull = isDull(labelOf(sides.queries, query)) ? 2 : 0
    return (reach === 0 ? 0 : peak / reach) - dull
  })
  const first = [rows?.[0], spot?.query].filter((query) => query !== null && query !== undefined)
  return placeLabels([...first, ...byWeight(weights)], (query) => yOf(frame, query), apart.queries)
}

/** Bars under the columns: what each key receives from all queries together. */
export function receivedPath(sums: Sums, frame: PatternFrame, hidden: number | null): string {
  const width = Math.max(1, frame.across - (frame.across > 4 ? 1 : 0))
  return Array.from(sums.columns, (sum, key) => {
    if (key === hidden) return ''
    const height = (frame.barHeight * Math.abs(sum)) / sums.mostReceived
    return `M${frame.left + key * frame.across} ${frame.bottom + 3}h${width}v${height}h${-width}z`
  }).join('')
}

/** What no query may see: one step a row. */
export function maskedPath(frame: PatternFrame, { queries, keys }: Pattern): string {
  const steps = Array.from({ length: queries }, (_, query) => {
    const x = frame.left + Math.min(keys, query + 1) * frame.across
    const y = frame.top + query * frame.down
    return `L${x} ${y}V${y + frame.down}`
  })
  return `M${frame.right} ${frame.top}${steps.join('')}H${frame.right}z`
}

/** Lines through the row and the column under the pointer. */
export function hairPath(spot: Spot | null, frame: PatternFrame): string {
  const [query, key] = [spot?.query ?? null, spot?.key ?? null]
  const across = query === null ? '' : `M${frame.left} ${yOf(frame, query)}H${frame.right}`
  return `${across}${key === null ? '' : `M${xOf(frame, key)} ${frame.top}V${frame.bottom}`}`
}
