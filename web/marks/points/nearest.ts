/** Which mark lies under the pointer, by the places of the points: where no picture of what is where was drawn. */
import type { Grid } from './grid.ts'
import type { Point, ViewTransform } from './view-transform.ts'

export interface Marked {
  readonly grid: Grid
  readonly transform: ViewTransform
  /** [rows] class of each row. */
  readonly classes: Uint8Array
  /** Half the size of the marks of each class, pixels. */
  readonly radii: readonly number[]
}

/**
 * The row whose mark covers a pixel, of several the one drawn in the later class, then the one whose middle is nearest; where none
 * does, the one whose border is nearest within `reach` pixels. −1 where there is none.
 */
export function nearestMark({ grid, transform, classes, radii }: Marked, [px, py]: Point, reach: number): number {
  const far = reach + Math.max(0, ...radii)
  const { scale, left, top } = transform
  const column = (x: number): number => clamp((x - left) / scale - grid.left, grid.cellWidth, grid.side)
  const line = (y: number): number => clamp((top - y) / scale - grid.bottom, grid.cellHeight, grid.side)
  let found = -1
  let least = Infinity
  for (let up = line(py + far); up <= line(py - far); up++) {
    const first = grid.starts[up * grid.side + column(px - far)]!
    const end = grid.starts[up * grid.side + column(px + far) + 1]!
    for (let k = first; k < end; k++) {
      const distance = Math.hypot(grid.x[k]! * scale + left - px, top - grid.y[k]! * scale - py)
      const drawn = classes[grid.row[k]!]!
      const beyond = distance - radii[drawn]!
      // Marks under the pointer come first, later classes before earlier ones; a distance is never as much as a class.
      const cost = beyond <= 0 ? distance - (drawn + 1) * 1e6 : beyond
      if (cost < least && beyond <= reach) {
        found = grid.row[k]!
        least = cost
      }
    }
  }
  return found
}

const clamp = (offset: number, cell: number, side: number): number =>
  Math.min(side - 1, Math.max(0, Math.floor(offset / cell)))
