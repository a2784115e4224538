/** Huge numbers of points as a picture of how many there are in each place. */
import type { Packed } from './palette.ts'
import type { DrawnPoints, Raster } from './raster.ts'
import { margin } from './raster.ts'
import type { ViewTransform } from './view-transform.ts'

/**
 * Counts points in squares of `cell` pixels and colours each by the logarithm of its count, from the first colour of the ramp (none)
 * to the last (the fullest square). Returns the fullest count, for the legend. Fills the whole raster; picks are cleared.
 */
export function drawDensity(
  raster: Raster,
  points: Pick<DrawnPoints, 'x' | 'y'>,
  transform: ViewTransform,
  ramp: readonly Packed[],
  cell: number,
): number {
  const columns = Math.ceil(raster.stride / cell)
  const rows = Math.ceil((raster.height + 2 * margin) / cell)
  const counts = countInCells(points, transform, [columns, rows], cell)
  const fullest = counts.reduce((most, count) => Math.max(most, count), 0)
  const colours = coloursOf(counts, fullest, ramp)
  spread(raster, colours, columns, cell)
  raster.picks.fill(-1)
  return fullest
}

function countInCells(
  { x, y }: Pick<DrawnPoints, 'x' | 'y'>,
  { scale, left, top }: ViewTransform,
  [columns, rows]: readonly [number, number],
  cell: number,
): Int32Array {
  const counts = new Int32Array(columns * rows)
  const [k, across, down] = [scale / cell, (left + margin) / cell, (top + margin) / cell]
  for (let i = 0; i < x.length; i++) {
    const px = x[i]! * k + across
    const py = down - y[i]! * k
    if (px >= 0 && py >= 0 && px < columns && py < rows) counts[(py | 0) * columns + (px | 0)]!++
  }
  return counts
}

function coloursOf(counts: Int32Array, fullest: number, ramp: readonly Packed[]): Int32Array {
  const steps = ramp.length - 1
  const unit = fullest > 0 ? steps / Math.log1p(fullest) : 0
  const known = Int32Array.from(
    { length: Math.min(fullest, 4095) + 1 },
    (_, count) => ramp[Math.round(Math.log1p(count) * unit)]!,
  )
  return counts.map((count) => known[count] ?? ramp[Math.round(Math.log1p(count) * unit)]!)
}

/** Every cell as a square of pixels: the first line is written, the others are copies of it. */
function spread({ pixels, stride }: Raster, colours: Int32Array, columns: number, cell: number): void {
  for (let line = 0; line * stride < pixels.length; line++) {
    const at = line * stride
    if (line % cell > 0) pixels.copyWithin(at, at - stride, at)
    else for (let px = 0; px < stride; px++) pixels[at + px] = colours[(line / cell) * columns + ((px / cell) | 0)]!
  }
}
