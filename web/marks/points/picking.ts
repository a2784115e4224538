/** Which point lies under the pointer, read from the buffer that the rasteriser filled. */
import type { Raster } from './raster.ts'
import { margin } from './raster.ts'

/** The row at a pixel of the picture, or the nearest one within `reach` pixels; −1 where there is none. A few hundred reads at most. */
export function pickAt(raster: Raster, x: number, y: number, reach: number): number {
  const [cx, cy] = [Math.floor(x) + margin, Math.floor(y) + margin]
  const [width, height] = [raster.stride, raster.height + 2 * margin]
  let found = -1
  let least = reach * reach + 1
  for (let dy = -reach; dy <= reach; dy++) {
    const py = cy + dy
    if (py < 0 || py >= height) continue
    for (let dx = -reach; dx <= reach; dx++) {
      const px = cx + dx
      const distance = dx * dx + dy * dy
      if (px < 0 || px >= width || distance >= least) continue
      const row = raster.picks[py * width + px]!
      if (row < 0) continue
      found = row
      least = distance
    }
  }
  return found
}
