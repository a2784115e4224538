/** Areas drawn over the picture with lasso, rectangle or brush, as masks; and the points within them. */
import type { Grid } from './grid.ts'
import type { Point, Size, ViewTransform } from './view-transform.ts'

/** [height, width], 1 inside. */
export interface Mask extends Size {
  readonly cells: Uint8Array<ArrayBuffer>
}

export const makeMask = ({ width, height }: Size): Mask => ({
  width,
  height,
  cells: new Uint8Array(width * height),
})

/** Fills a closed polygon, even-odd, a pixel belonging to it when its middle does. Returns the same mask. */
export function fillPolygon(mask: Mask, corners: readonly Point[]): Mask {
  const { width, height, cells } = mask
  crossingsOf(corners, height).forEach((crossings, row) => {
    crossings.sort((left, right) => left - right)
    for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
      const from = Math.max(0, Math.ceil(crossings[pair]! - 0.5))
      const to = Math.min(width, Math.ceil(crossings[pair + 1]! - 0.5))
      if (from < to) cells.fill(1, row * width + from, row * width + to)
    }
  })
  return mask
}

/** For each row of pixels where the line through their middles meets the polygon, in no order. */
function crossingsOf(corners: readonly Point[], height: number): readonly number[][] {
  const found: number[][] = Array.from({ length: height }, () => [])
  corners.forEach(([bx, by], index) => {
    const [ax, ay] = corners[(index + corners.length - 1) % corners.length]!
    const [first, end] = [Math.min(ay, by), Math.max(ay, by)].map((y) =>
      Math.min(height, Math.max(0, Math.ceil(y - 0.5))),
    )
    for (let row = first!; row < end!; row++) found[row]!.push(ax + ((row + 0.5 - ay) / (by - ay)) * (bx - ax))
  })
  return found
}

/** Fills everything within `radius` of the line from one point to the next. Returns the same mask. */
export function fillStroke(mask: Mask, path: readonly Point[], radius: number): Mask {
  path.forEach((point, index) => fillSegment(mask, path[Math.max(0, index - 1)]!, point, radius))
  return mask
}

function fillSegment({ width, height, cells }: Mask, [ax, ay]: Point, [bx, by]: Point, radius: number): void {
  const [dx, dy] = [bx - ax, by - ay]
  const square = dx * dx + dy * dy
  const rows = range(Math.min(ay, by) - radius, Math.max(ay, by) + radius, height)
  const columns = range(Math.min(ax, bx) - radius, Math.max(ax, bx) + radius, width)
  for (let row = rows[0]; row < rows[1]; row++) {
    for (let column = columns[0]; column < columns[1]; column++) {
      const [px, py] = [column + 0.5 - ax, row + 0.5 - ay]
      const along = square === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square))
      if ((px - along * dx) ** 2 + (py - along * dy) ** 2 <= radius * radius) cells[row * width + column] = 1
    }
  }
}

const range = (from: number, to: number, end: number): Range => [
  Math.max(0, Math.floor(from)),
  Math.min(end, Math.ceil(to)),
]

/** The corners of the rectangle between two points. */
export const rectangleOf = ([ax, ay]: Point, [bx, by]: Point): readonly Point[] => [
  [ax, ay],
  [bx, ay],
  [bx, by],
  [ax, by],
]

/**
 * Rows, rising, whose point lies in a pixel of the mask. Cells of the grid that lie wholly inside are
 * taken whole, those outside not at all; only the points of cells on the line are asked one by one. All the same, the answer is exact.
 */
export function rowsWithin(mask: Mask, grid: Grid, at: ViewTransform): Int32Array {
  const { side, starts, row } = grid
  const inside = new Uint8Array(grid.count)
  const x = (column: number): number => (grid.left + column * grid.cellWidth) * at.scale + at.left
  const y = (line: number): number => at.top - (grid.bottom + line * grid.cellHeight) * at.scale
  for (let line = 0; line < side; line++) {
    for (let column = 0; column < side; column++) {
      const [first, end] = [starts[line * side + column]!, starts[line * side + column + 1]!]
      if (first === end) continue
      const filled = fillOf(mask, [x(column), x(column + 1)], [y(line + 1), y(line)])
      if (filled === 'all') for (let k = first; k < end; k++) inside[row[k]!] = 1
      else if (filled === 'part') markWithin(mask, grid, [first, end], at, inside)
    }
  }
  return rowsOf(inside)
}

type Range = readonly [from: number, to: number]

/** How much of a box in the picture the mask fills, looked at one pixel further than the box reaches: sums of floats may differ by so little. */
function fillOf({ width, height, cells }: Mask, across: Range, down: Range): 'all' | 'none' | 'part' {
  const [left, right] = [Math.floor(across[0]) - 1, Math.floor(across[1]) + 2]
  const [top, bottom] = [Math.floor(down[0]) - 1, Math.floor(down[1]) + 2]
  const [from, to] = [Math.max(0, left), Math.min(width, right)]
  const [begin, end] = [Math.max(0, top), Math.min(height, bottom)]
  if (from >= to || begin >= end) return 'none'
  const value = cells[begin * width + from]!
  for (let line = begin; line < end; line++) {
    for (let k = line * width + from; k < line * width + to; k++) if (cells[k] !== value) return 'part'
  }
  if (value === 0) return 'none'
  return left >= 0 && top >= 0 && right <= width && bottom <= height ? 'all' : 'part'
}

function markWithin(
  { width, height, cells }: Mask,
  grid: Grid,
  [first, end]: Range,
  at: ViewTransform,
  inside: Uint8Array,
) {
  const { scale, left, top } = at
  for (let k = first; k < end; k++) {
    const px = grid.x[k]! * scale + left
    const py = top - grid.y[k]! * scale
    if (px >= 0 && py >= 0 && px < width && py < height) inside[grid.row[k]!] = cells[(py | 0) * width + (px | 0)]!
  }
}

/** Where the ones are. Without a branch, which no processor could foresee. */
function rowsOf(inside: Uint8Array): Int32Array {
  const found = new Int32Array(inside.length + 1)
  let size = 0
  for (let row = 0; row < inside.length; row++) {
    found[size] = row
    size += inside[row]!
  }
  return found.slice(0, size)
}

export type Combination = 'replace' | 'add' | 'subtract'

/** What a gesture makes of the selection that was there: [points], 1 for those chosen; null before stands for none. */
export function combine(
  before: Uint8Array | null,
  drawn: Iterable<number>,
  how: Combination,
  points: number,
): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(points)
  if (before !== null && how !== 'replace') next.set(before)
  const value = how === 'subtract' ? 0 : 1
  for (const point of drawn) next[point] = value
  return next
}
