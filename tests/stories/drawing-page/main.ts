/** Draws the same points on the processor and through WebGL 2, and says how far the two pictures differ. */
import { makeCloud } from '#tests/web/points/cloud.ts'
import { arrange, gather } from '#web/marks/points/arrangement.ts'
import { takeCensus } from '#web/marks/points/census.ts'
import { openGpu } from '#web/marks/points/gpu.ts'
import { makeGrid } from '#web/marks/points/grid.ts'
import { makePalette } from '#web/marks/points/palette.ts'
import { drawPoints, makeRaster, margin } from '#web/marks/points/raster.ts'
import { stylesFor } from '#web/marks/points/styles.ts'
import { fit, toScreen, zoomed } from '#web/marks/points/view-transform.ts'
import { makePlotPainter } from '#web/views/projection/plot-painter.ts'

/** Of the channels of all pixels, 0 to 255. */
export interface Difference {
  readonly mean: number
  /** Share of the pixels with a channel that differs by more than 16. */
  readonly far: number
  /** Share of the pixels that are no surface, so that two empty pictures are not alike. */
  readonly drawn: number
  readonly disc: boolean
}

export interface Life {
  /** Canvases of the plot: before the device is there, with it, and after it was lost. */
  readonly canvases: readonly number[]
  /** How the picture after the loss differs from the one that the processor draws from the start. */
  readonly afterwards: Difference
  /** Pixels where the two ways of picking disagree whether a mark is within reach, of those asked. */
  readonly disagreed: number
  readonly asked: number
}

export interface TwoWays {
  compare(count: number, zoom: number, chosen: boolean): Difference
  live(count: number, software: boolean): Promise<Life>
}

declare global {
  interface Window {
    twoWays: TwoWays
  }
}

const size = { width: 480, height: 360 }
const palette = makePalette('#ffffff', 'rgb(0 0 0 / 0.42)', ['#e69f00', '#56b4e9', '#009e73'])

function makeScene(count: number, zoom: number, chosen: boolean) {
  const cloud = makeCloud(count, 20)
  const classes = cloud.cluster.map((cluster, row) => (chosen && cluster === 4 ? 2 : row % 5 === 0 ? 0 : 1))
  // Points without a place are drawn by neither.
  cloud.x[3] = Number.NaN
  cloud.y[4] = Infinity
  const codes = cloud.cluster.map((cluster) => cluster % 3)
  const census = takeCensus(cloud.x, cloud.y)
  const whole = fit(census.bounds, size, 20)
  const transform = zoomed(whole, zoom, toScreen(whole, [cloud.x[100]!, cloud.y[100]!]), [0, Infinity])
  return { cloud, classes, codes, census, transform }
}

function compare(count: number, zoom: number, chosen: boolean): Difference {
  const { cloud, classes, codes, census, transform } = makeScene(count, zoom, chosen)
  const order = arrange(classes, cloud.x, cloud.y)
  const points = {
    ...order,
    x: gather(cloud.x, order.row, new Float32Array(count)),
    y: gather(cloud.y, order.row, new Float32Array(count)),
    colour: gather(codes, order.row, new Uint8Array(count)),
  }
  const { styles } = stylesFor({ census, transform, size, ratio: 1, chosen, moving: false })
  const raster = makeRaster(size.width, size.height)
  drawPoints(raster, points, { picks: false, step: 1, transform, palette, styles })
  const canvas = document.createElement('canvas')
  const gpu = openGpu(canvas, { software: true, lost: () => undefined })
  if (gpu === null) throw new Error('this browser has no WebGL 2')
  gpu.draw(points, { size, transform, palette, styles })
  const drawn = pixelsOf(canvas)
  gpu.close()
  const own = new Int32Array(size.width * size.height)
  for (let line = 0; line < size.height; line++) {
    const from = (line + margin) * raster.stride + margin
    own.set(raster.pixels.subarray(from, from + size.width), line * size.width)
  }
  return { ...difference(new Uint8ClampedArray(own.buffer), drawn), disc: styles[1]?.disc === true }
}

/** Read in the task in which it was drawn: afterwards the browser has taken it. */
function pixelsOf(canvas: HTMLCanvasElement): Uint8ClampedArray {
  const copy = new OffscreenCanvas(size.width, size.height).getContext('2d')
  if (copy === null) throw new Error('this browser has no canvas')
  copy.drawImage(canvas, 0, 0)
  return copy.getImageData(0, 0, size.width, size.height).data
}

function difference(one: Uint8ClampedArray, other: Uint8ClampedArray): Omit<Difference, 'disc'> {
  let [sum, far, drawn] = [0, 0, 0]
  for (let pixel = 0; pixel < one.length; pixel += 4) {
    let most = 0
    for (let channel = pixel; channel < pixel + 3; channel++) {
      const apart = Math.abs(one[channel]! - other[channel]!)
      sum += apart
      most = Math.max(most, apart)
    }
    if (most > 16) far++
    if (one[pixel]! + one[pixel + 1]! + one[pixel + 2]! < 765) drawn++
  }
  const pixels = one.length / 4
  return { mean: sum / pixels / 3, far: far / pixels, drawn: drawn / pixels }
}

/** Waits until there are so many canvases, or so many milliseconds. */
async function changed(place: HTMLElement, canvases: number, most: number): Promise<void> {
  const end = performance.now() + most
  while (place.childElementCount !== canvases && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 20))
}

/** A plot of very many points through the life of a device, beside one that never had it. */
async function live(count: number, software: boolean): Promise<Life> {
  const { cloud, classes, codes, transform } = makeScene(count, 1, false)
  const grid = makeGrid(cloud.x, cloud.y)
  const look = { classes, codes, palette, chosen: false, density: null }
  const moment = { places: cloud, transform, size, moving: false, version: 0 }
  const [place, plain] = [document.createElement('div'), document.createElement('canvas')]
  const canvas = place.appendChild(document.createElement('canvas'))
  document.body.append(place)
  const painter = makePlotPainter(canvas, () => grid, software)
  const canvases: number[] = []
  painter.paint(moment, look, 1)
  canvases.push(place.childElementCount)
  await changed(place, 2, software && count > 200_000 ? 20_000 : 800)
  canvases.push(place.childElementCount)
  // The processor's picture, and what it says is where.
  const rest = makePlotPainter(plain, () => grid)
  rest.paint(moment, look, 1)
  let [asked, disagreed] = [0, 0]
  for (let x = 1.5; x < size.width; x += 7) {
    for (let y = 1.5; y < size.height; y += 7) {
      asked++
      if (painter.pick(x, y) < 0 !== rest.pick(x, y) < 0) disagreed++
    }
  }
  place.querySelectorAll('canvas')[1]?.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext()
  await changed(place, 1, 20_000)
  canvases.push(place.childElementCount)
  const afterwards = { ...difference(pixelsOf(canvas), pixelsOf(plain)), disc: false }
  painter.close()
  rest.close()
  place.remove()
  return { canvases, afterwards, disagreed, asked }
}

window.twoWays = { compare, live }
