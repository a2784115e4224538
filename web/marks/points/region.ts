/** Areas drawn over the picture with lasso, rectangle or brush, as masks; and the points within them. */
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
  const { width, cells } = mask
  const heights = corners.map(([, y]) => y)
  const rows = range(Math.min(...heights), Math.max(...heights), mask.height)
  for (let row = rows[0]; row < rows[1]; row++) {
    const crossings = crossingsAt(corners, row + 0.5)
    for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
      const from = Math.max(0, Math.ceil(crossings[pair]! - 0.5))
      const to = Math.min(width, Math.ceil(crossings[pair + 1]! - 0.5))
      if (from < to) cells.fill(1, row * width + from, row * width + to)
    }
  }
  return mask
}

/** Where a horizontal line meets the polygon, from left to right. */
function crossingsAt(corners: readonly Point[], y: number): readonly number[] {
  const found: number[] = []
  corners.forEach(([bx, by], index) => {
    const [ax, ay] = corners[(index + corners.length - 1) % corners.length]!
    if (ay <= y !== by <= y) found.push(ax + ((y - ay) / (by - ay)) * (bx - ax))
  })
  return found.toSorted((left, right) => left - right)
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

const range = (from: number, to: number, end: number): readonly [number, number] => [
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

/** Rows, in ascending order, whose point lies inside the mask and for which `counts` says yes. */
export function rowsWithin(
  mask: Mask,
  x: Float32Array,
  y: Float32Array,
  at: ViewTransform,
  counts: (row: number) => boolean,
): readonly number[] {
  const found: number[] = []
  const { scale, left, top } = at
  for (let i = 0; i < x.length; i++) {
    const px = x[i]! * scale + left
    const py = top - y[i]! * scale
    if (!(px >= 0 && py >= 0 && px < mask.width && py < mask.height)) continue
    if (mask.cells[(py | 0) * mask.width + (px | 0)] === 1 && counts(i)) found.push(i)
  }
  return found
}

export type Combination = 'replace' | 'add' | 'subtract'

/** What a gesture makes of the selection that was there. */
export function combine<T>(before: ReadonlySet<T>, drawn: Iterable<T>, how: Combination): ReadonlySet<T> {
  const next = how === 'replace' ? new Set<T>() : new Set(before)
  for (const each of drawn) {
    if (how === 'subtract') next.delete(each)
    else next.add(each)
  }
  return next
}
