import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { arrange, gather } from '#web/marks/points/arrangement.ts'
import { countInView, takeCensus } from '#web/marks/points/census.ts'
import { drawDensity } from '#web/marks/points/density.ts'
import { makePalette, packed, parseColour } from '#web/marks/points/palette.ts'
import { pickAt } from '#web/marks/points/picking.ts'
import type { ClassStyle, DrawnPoints, Raster } from '#web/marks/points/raster.ts'
import { drawPoints, makeRaster, margin } from '#web/marks/points/raster.ts'
import { marksFor, stylesFor } from '#web/marks/points/styles.ts'
import type { ViewTransform } from '#web/marks/points/view-transform.ts'
import { boundsOf, fit, toScreen } from '#web/marks/points/view-transform.ts'
import type { Cloud } from './cloud.ts'
import { makeCloud } from './cloud.ts'

const size = { width: 320, height: 240 }
const palette = makePalette('#ffffff', 'rgb(0 0 0 / 0.42)', ['#e69f00', '#56b4e9', '#009e73'])
const flat: ViewTransform = { scale: 1, left: 0, top: 100 }

const drawn = ({ x, y, cluster }: Cloud, classes = new Uint8Array(x.length).fill(1)): DrawnPoints => {
  const order = arrange(classes, x, y)
  return {
    ...order,
    x: gather(x, order.row, new Float32Array(x.length)),
    y: gather(y, order.row, new Float32Array(x.length)),
    colour: gather(cluster, order.row, new Uint8Array(x.length)),
  }
}

const one = (x: number, y: number): DrawnPoints =>
  drawn({ x: Float32Array.of(x), y: Float32Array.of(y), cluster: Uint8Array.of(0) })

const square = (diameter: number, opacity = 1): ClassStyle => ({
  diameter,
  opacity,
  disc: false,
  edge: 0,
  strength: 1,
})
const disc = (diameter: number, edge = 0.75): ClassStyle => ({
  diameter,
  opacity: 1,
  disc: true,
  edge,
  strength: 1,
})

const draw = (points: DrawnPoints, style: ClassStyle, transform = flat, picks = true): Raster => {
  const raster = makeRaster(size.width, size.height)
  drawPoints(raster, points, { picks, step: 1, transform, palette, styles: [style, style, style] })
  return raster
}

const at = (raster: Raster, x: number, y: number): number => (y + margin) * raster.stride + x + margin

const hash = (...buffers: readonly Int32Array<ArrayBuffer>[]): string => {
  const sum = createHash('sha256')
  for (const buffer of buffers) sum.update(new Uint8Array(buffer.buffer))
  return sum.digest('hex').slice(0, 16)
}

test('[PV1] a square of three pixels covers nine, all of the colour of its point, and all of them pick it', () => {
  const raster = draw(one(50.5, 49.5), square(3))
  const covered = [...raster.pixels].filter((pixel) => pixel === palette.fill[0])
  expect(covered).toHaveLength(9)
  expect(raster.pixels[at(raster, 49, 49)]).toBe(palette.fill[0])
  expect(raster.pixels[at(raster, 51, 51)]).toBe(palette.fill[0])
  expect([...raster.picks].filter((row) => row === 0)).toHaveLength(9)
})

test('[PV2] a disc is round to a hundredth of its area wherever its centre lies within the pixel, and darker at its edge', () => {
  for (const diameter of [4, 6, 7, 12]) {
    for (const [x, y] of [
      [50, 50],
      [50.3, 49.6],
      [50.9, 50.1],
    ] as const) {
      const raster = draw(one(x, y), disc(diameter, 0), flat)
      // Coverage shows in the blue channel: 255 on the surface, 0 in the fill.
      const area = raster.pixels.reduce((sum, pixel) => sum + (255 - ((pixel >>> 16) & 255)) / 255, 0)
      expect(Math.abs(area / (Math.PI * (diameter / 2) ** 2) - 1)).toBeLessThan(0.02)
    }
  }
  const edged = draw(one(50.5, 49.5), disc(9, 1.5))
  expect(edged.pixels[at(edged, 50, 50)]).toBe(palette.fill[0])
  expect(edged.pixels[at(edged, 54, 50)]! & 255).toBeLessThan((palette.fill[0]! & 255) - 40) // written by the line above
})

test('[PV3] an opacity of a half leaves the middle between the surface and the fill, and two such marks three quarters', () => {
  const once = draw(one(50, 50), square(2, 0.5))
  const two = draw(
    drawn({ x: Float32Array.of(50, 50), y: Float32Array.of(50, 50), cluster: Uint8Array.of(0, 0) }),
    square(2, 0.5),
  )
  const blue = (raster: Raster): number => (raster.pixels[at(raster, 50, 50)]! >>> 16) & 255 // inside the picture
  expect(blue(once)).toBeCloseTo(127.5, -0.5)
  expect(blue(two)).toBeCloseTo(64, -0.5)
})

test('[PV4] marks beyond the border are cut off by it, and coordinates that are no numbers draw nothing', () => {
  for (const style of [square(3), square(3, 0.5), disc(7)]) {
    for (const [x, y] of [
      [-1, 50],
      [320, 50],
      [50, -140],
      [50, 101],
      [1e9, -1e9],
      [NaN, 5],
      [5, Infinity],
    ] as const) {
      const raster = draw(one(x, y), style)
      const outside = Math.abs(x) > 1e6 || !Number.isFinite(x + y)
      expect(raster.pixels.some((pixel) => pixel !== palette.surface)).toBe(!outside)
    }
  }
})

test('[PV5] chosen points lie over plain ones and those over what a filter left out, whatever their order in the data', () => {
  const cloud: Cloud = {
    x: Float32Array.of(50, 50, 50),
    y: Float32Array.of(50, 50, 50),
    cluster: Uint8Array.of(0, 1, 2),
  }
  const raster = draw(drawn(cloud, Uint8Array.of(2, 0, 1)), square(3))
  expect(raster.picks[at(raster, 50, 50)]).toBe(0)
  const without = draw(drawn(cloud, Uint8Array.of(0, 0, 1)), square(3))
  expect(without.picks[at(without, 50, 50)]).toBe(2)
})

test('[PV6] the point under the pointer is found, the nearest one within reach otherwise, and none beyond', () => {
  const raster = draw(one(50, 50), square(2))
  expect(pickAt(raster, 50, 50, 6)).toBe(0)
  expect(pickAt(raster, 55, 50, 6)).toBe(0)
  expect(pickAt(raster, 60, 50, 6)).toBe(-1)
  expect(pickAt(raster, -40, -40, 6)).toBe(-1)
})

test.each([
  [300, 'discs'],
  [12_000, 'squares'],
  [80_000, 'squares that let shine through'],
] as const)('[PV7] the picture of %i points has the bytes that were approved: %s', (n, kind) => {
  const cloud = makeCloud(n, 20)
  const classes = cloud.cluster.map((cluster, row) => (cluster === 4 ? 2 : row % 5 === 0 ? 0 : 1))
  const points = drawn({ ...cloud, cluster: cloud.cluster.map((cluster) => cluster % 3) }, classes)
  const raster = makeRaster(size.width, size.height)
  const census = takeCensus(cloud.x, cloud.y)
  const transform = fit(census.bounds, size, 20)
  const { styles, step } = stylesFor({ census, transform, size, ratio: 1, chosen: true, moving: false })
  drawPoints(raster, points, { picks: true, step, transform, palette, styles })
  expect(styles[2]?.disc).toBe(kind === 'discs')
  expect(hash(raster.pixels, raster.picks)).toMatchSnapshot()
})

test('[PV8] the picture of densities has the bytes that were approved, the fullest place the last colour of the ramp', () => {
  const cloud = makeCloud(50_000, 8)
  const raster = makeRaster(size.width, size.height)
  const ramp = Array.from({ length: 65 }, (_, step) => packed(`rgb(${255 - step} ${255 - 2 * step} 255)`))
  const fullest = drawDensity(raster, cloud, fit(boundsOf(cloud.x, cloud.y), size, 20), ramp, 2)
  expect(fullest).toBeGreaterThan(5)
  expect([...raster.pixels].filter((pixel) => pixel === ramp[64]).length).toBeGreaterThanOrEqual(4)
  expect(hash(raster.pixels)).toMatchSnapshot()
})

test('[PV9] marks shrink and let shine through as points crowd, and grow again as one zooms in', () => {
  const few = takeCensus(...coordinates(makeCloud(150, 20)))
  const many = takeCensus(...coordinates(makeCloud(200_000, 20)))
  const whole = fit(few.bounds, size, 20)
  const near = { ...whole, scale: whole.scale * 60 }
  expect(marksFor(few, whole, size)).toEqual({ diameter: 6, opacity: 1 })
  expect(marksFor(few, whole, { width: 900, height: 600 }).diameter).toBe(7)
  const crowded = marksFor(many, whole, size)
  expect(crowded.diameter).toBe(2)
  expect(crowded.opacity).toBeLessThan(0.3)
  expect(marksFor(many, near, size).diameter).toBeGreaterThan(4)
})

test('[PV52] what is set back stays pale where very many lie on one place, and what is chosen there stands out', () => {
  const cloud = makeCloud(60_000, 1)
  const census = takeCensus(cloud.x, cloud.y)
  const transform = fit(census.bounds, size, 20)
  const { styles } = stylesFor({ census, transform, size, ratio: 1, chosen: true, moving: false })
  const points = drawn({ ...cloud, cluster: cloud.cluster.fill(0) })
  const raster = makeRaster(size.width, size.height)
  drawPoints(raster, points, { picks: false, step: 1, transform, palette, styles })
  // Blue is 255 on the surface and 0 in the fill: three tenths of the colour at most are left of a plain point.
  const least = raster.pixels.reduce((found, pixel) => Math.min(found, (pixel >>> 16) & 255), 255)
  expect(least).toBeGreaterThan(0.65 * 255)
  expect(least).toBeLessThan(0.75 * 255)
  expect(styles[2]).toMatchObject({ strength: 1 })
})

test('[PV10] the census counts every point in the pane, and about a quarter of them in a quarter of it', () => {
  const cloud = makeCloud(40_000, 400)
  const census = takeCensus(...coordinates(cloud))
  const whole = fit(census.bounds, size, 0)
  expect(countInView(census, whole, size)).toBe(40_000)
  const near = { scale: whole.scale * 2, left: whole.left * 2 - 160, top: whole.top * 2 - 120 }
  let inside = 0
  for (let row = 0; row < cloud.x.length; row++) {
    const [px, py] = toScreen(near, [cloud.x[row] ?? 0, cloud.y[row] ?? 0])
    if (px >= 0 && px < size.width && py >= 0 && py < size.height) inside++
  }
  expect(Math.abs(countInView(census, near, size) / inside - 1)).toBeLessThan(0.02)
})

test('[PV11] a million points that move are thinned out to an even sample of at most 250,000', () => {
  const cloud = makeCloud(300_000, 20)
  const census = takeCensus(...coordinates(cloud))
  const transform = fit(census.bounds, size, 20)
  const question = { census, transform, size, ratio: 1, chosen: false }
  expect(stylesFor({ ...question, moving: false }).step).toBe(1)
  const moving = stylesFor({ ...question, moving: true })
  expect(moving.step).toBe(2)
  const raster = makeRaster(size.width, size.height)
  drawPoints(raster, drawn({ ...cloud, cluster: cloud.cluster.map(() => 0) }), {
    ...moving,
    picks: true,
    transform,
    palette,
  })
  // Every cluster still has points on top.
  const seen = new Set([...raster.picks].filter((row) => row >= 0).map((row) => row % 20))
  expect(seen.size).toBe(20)
})

test('[PV35] colours are read however the stylesheet writes them, minified ones too', () => {
  expect(parseColour(' #e69f00')).toEqual([230, 159, 0, 1])
  expect(parseColour('#fff')).toEqual([255, 255, 255, 1])
  expect(parseColour('#0000006b')).toEqual([0, 0, 0, 107 / 255])
  expect(parseColour('#0008')).toEqual([0, 0, 0, 136 / 255])
  expect(parseColour('rgb(10 20 30 / 0.5)')).toEqual([10, 20, 30, 0.5])
  expect(packed('#0000006b', packed('#fff'))).toBe(packed('#949494'))
})

const coordinates = ({ x, y }: Cloud): [Float32Array, Float32Array] => [x, y]
