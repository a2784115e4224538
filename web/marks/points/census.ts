/** How crowded a layout is: what decides the size of a mark, its opacity, and whether points are drawn at all. */
import type { Bounds, Size, ViewTransform } from './view-transform.ts'
import { boundsOf } from './view-transform.ts'

const cells = 64

export interface Census {
  readonly bounds: Bounds
  /** [cells, cells] points in each cell of the bounds, from the bottom left. */
  readonly counts: Int32Array
  /** Other points per unit area of the layout round a typical point: Σ c (c − 1) / Σ c over the cells, by the area of a cell. */
  readonly density: number
}

export function takeCensus(x: Float32Array, y: Float32Array): Census {
  const bounds = boundsOf(x, y)
  const wide = Math.max(1e-9, bounds.right - bounds.left)
  const high = Math.max(1e-9, bounds.top - bounds.bottom)
  const counts = new Int32Array(cells * cells)
  const [across, up] = [(cells * 0.999999) / wide, (cells * 0.999999) / high]
  for (let i = 0; i < x.length; i++) {
    const cell = (((y[i]! - bounds.bottom) * up) | 0) * cells + (((x[i]! - bounds.left) * across) | 0)
    if (cell >= 0 && cell < counts.length) counts[cell]!++
  }
  let [sum, pairs] = [0, 0]
  for (const count of counts) {
    sum += count
    pairs += count * (count - 1)
  }
  return { bounds, counts, density: sum === 0 ? 0 : pairs / sum / ((wide / cells) * (high / cells)) }
}

/** About how many points lie in the pane: exact where all of them do. */
export function countInView({ bounds, counts }: Census, at: ViewTransform, { width, height }: Size): number {
  const wide = ((bounds.right - bounds.left) / cells) * at.scale
  const high = ((bounds.top - bounds.bottom) / cells) * at.scale
  let sum = 0
  for (let row = 0; row < cells; row++) {
    const top = at.top - bounds.bottom * at.scale - (row + 1) * high
    const inRow = overlap(top, high, height)
    if (inRow === 0) continue
    for (let column = 0; column < cells; column++) {
      const count = counts[row * cells + column]!
      if (count > 0) sum += count * inRow * overlap(bounds.left * at.scale + at.left + column * wide, wide, width)
    }
  }
  return Math.round(sum)
}

/** Share of [start, start + length] within [0, end]. */
function overlap(start: number, length: number, end: number): number {
  if (length <= 0) return start >= 0 && start <= end ? 1 : 0
  return Math.max(0, Math.min(start + length, end) - Math.max(start, 0)) / length
}
