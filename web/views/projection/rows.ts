/** Between the points of the table and the rows of a layout, which may hold fewer of them. Pure. */
import { drawClasses } from '#web/marks/points/arrangement.ts'
import type { Layout } from '#web/state/layout.ts'
import type { Points } from '#web/state/point-table.ts'

export interface Rows {
  readonly count: number
  /** [count] point of each row; −1 where the table does not know it. */
  readonly pointOf: Int32Array
  /** [points] row of each point; −1 where it is not laid out. */
  readonly rowOf: Int32Array
}

export function rowsOf(points: Points, layout: Pick<Layout, 'count' | 'ordinals'>): Rows {
  const pointOf = Int32Array.from(layout.ordinals, (ordinal) => points.indexOfOrdinal(ordinal))
  const rowOf = new Int32Array(points.count).fill(-1)
  pointOf.forEach((point, row) => {
    if (point >= 0) rowOf[point] = row
  })
  return { count: layout.count, pointOf, rowOf }
}

/** Values of points, one for each row; `none` for rows the table does not know. */
export function byRow(values: Uint8Array, { pointOf }: Rows, none: number): Uint8Array {
  const found = new Uint8Array(pointOf.length)
  for (let row = 0; row < found.length; row++) found[row] = values[pointOf[row]!] ?? none
  return found
}

/** The class each row is drawn in: left out by a filter, plain, or chosen. Masks are of points; null: all of them, none of them. */
export function classesOf({ pointOf }: Rows, matching: Uint8Array | null, chosen: Uint8Array | null): Uint8Array {
  const classes = new Uint8Array(pointOf.length).fill(drawClasses.plain)
  for (let row = 0; row < classes.length; row++) {
    const point = pointOf[row]!
    if (matching !== null && matching[point] !== 1) classes[row] = drawClasses.aside
    if (chosen !== null && chosen[point] === 1) classes[row] = drawClasses.chosen
  }
  return classes
}

/** Values of rows as values of points: NaN for points that are not laid out. */
export function byPoint(values: ArrayLike<number>, { rowOf }: Rows): Float32Array {
  return Float32Array.from(rowOf, (row) => (row < 0 ? Number.NaN : values[row]!))
}

export const countOf = (mask: Uint8Array): number => mask.reduce((sum, flag) => sum + flag, 0)
