/** Points by place: which rows lie in each cell of a grid over the layout, so that what concerns a few places reads a few points. */
import { boundsOf } from './view-transform.ts'

export interface Grid {
  /** Points, also those without a place. */
  readonly count: number
  /** Cells each way. */
  readonly side: number
  /** The left lower corner of the grid, and the size of a cell, in units of the layout. */
  readonly left: number
  readonly bottom: number
  readonly cellWidth: number
  readonly cellHeight: number
  /** [side² + 1] where each cell begins in the arrays below, row of cells by row of cells from the bottom; points without a place are in none. */
  readonly starts: Int32Array
  /** [points with a place] */
  readonly row: Int32Array
  /** Coordinates in the same order. */
  readonly x: Float32Array
  readonly y: Float32Array
}

/** About so many points in a cell where they lie evenly; 256 cells each way at most. */
const perCell = 48
const mostCells = 256

/** Sorts points into cells with a counting sort: a million cost about 30 ms. Within a cell they keep the order of their rows. */
export function makeGrid(x: Float32Array, y: Float32Array): Grid {
  const n = x.length
  const side = Math.min(mostCells, Math.max(1, Math.ceil(Math.sqrt(n / perCell))))
  const { left, right, bottom, top } = boundsOf(x, y)
  const [cellWidth, cellHeight] = [Math.max(1e-9, right - left) / side, Math.max(1e-9, top - bottom) / side]
  const nowhere = side * side
  const cell = new Int32Array(n)
  const next = new Int32Array(nowhere + 2)
  for (let i = 0; i < n; i++) {
    const column = (x[i]! - left) / cellWidth
    const line = (y[i]! - bottom) / cellHeight
    // No number is neither at least this nor at most that, and infinity is not at most that.
    const placed = column >= 0 && line >= 0 && column <= side + 1 && line <= side + 1
    const at = placed ? Math.min(side - 1, line | 0) * side + Math.min(side - 1, column | 0) : nowhere
    cell[i] = at
    next[at + 1]!++
  }
  for (let at = 0; at <= nowhere; at++) next[at + 1]! += next[at]!
  const starts = next.slice(0, nowhere + 1)
  const placed = starts[nowhere]!
  const row = new Int32Array(placed)
  for (let i = 0; i < n; i++) if (cell[i] !== nowhere) row[next[cell[i]!]!++] = i
  const places = { x: ordered(x, row), y: ordered(y, row) }
  return { count: n, side, left, bottom, cellWidth, cellHeight, starts, row, ...places }
}

function ordered(values: Float32Array, row: Int32Array): Float32Array {
  const into = new Float32Array(row.length)
  for (let k = 0; k < row.length; k++) into[k] = values[row[k]!]!
  return into
}
