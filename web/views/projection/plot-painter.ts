/** Puts points on a canvas: keeps them in the order of drawing, and the picture that was drawn for the pointer to ask. */
import type { Arrangement } from '#web/marks/points/arrangement.ts'
import { arrange, gather } from '#web/marks/points/arrangement.ts'
import type { Census } from '#web/marks/points/census.ts'
import { takeCensus } from '#web/marks/points/census.ts'
import { drawDensity } from '#web/marks/points/density.ts'
import type { Grid } from '#web/marks/points/grid.ts'
import { nearestMark } from '#web/marks/points/nearest.ts'
import type { Packed, Palette } from '#web/marks/points/palette.ts'
import { pickAt } from '#web/marks/points/picking.ts'
import type { ClassStyle, DrawnPoints, Raster } from '#web/marks/points/raster.ts'
import { drawPoints, makeRaster, margin } from '#web/marks/points/raster.ts'
import type { StyleAnswer } from '#web/marks/points/styles.ts'
import { stylesFor } from '#web/marks/points/styles.ts'
import type { Point, Size, ViewTransform } from '#web/marks/points/view-transform.ts'
import { makeDevice } from './device.ts'
import type { Moment, Places } from './stage.ts'

/** Everything about the points but their places, one value a row. */
export interface Look {
  readonly classes: Uint8Array
  readonly codes: Uint8Array
  readonly palette: Palette
  /** Whether any point is chosen. */
  readonly chosen: boolean
  /** Colours of densities, none first; null to draw points. */
  readonly density: readonly Packed[] | null
}

export interface PlotPainter {
  paint(moment: Moment, look: Look, ratio: number): void
  /** The row under a pixel of the canvas (CSS pixels), or the nearest within reach; −1 where there is none. */
  pick(x: number, y: number): number
  close(): void
}

/** Pixels from a mark at which the pointer still means it. */
const reach = 6

/** CSS pixels of one square of the picture of densities. */
const densityCell = 3

/** More device pixels than this are worth a graphics device: points, times the pixels of the screen for one of the page. */
const many = 200_000

/**
 * Draws on the processor, and from about 200,000 points on by the graphics device where there is one. `software` takes a device that is
 * none as well, for tests.
 */
export function makePlotPainter(
  canvas: HTMLCanvasElement,
  index: (places: Places) => Grid,
  software = false,
): PlotPainter {
  const picture = makePicture(canvas)
  const ordered = makeOrder()
  let last: Painted | null = null
  const repaint = (): void => {
    if (last !== null) paint(last.moment, last.look, last.ratio)
  }
  const device = makeDevice(canvas, repaint, software)
  const paint = (moment: Moment, look: Look, ratio: number): void => {
    const { points, census } = ordered(moment, look)
    const gpu = look.density === null && points.row.length * ratio ** 2 > many ? device.get() : null
    device.show(gpu !== null)
    const { transform, size } = moment
    const asked = { census, transform, size, ratio, chosen: look.chosen, moving: moment.moving && gpu === null }
    const answer = stylesFor(asked)
    last = { moment, look, ratio, styles: answer.styles, byDevice: gpu !== null }
    if (gpu === null) return picture.paint(moment, look, ratio, points, answer)
    gpu.draw(points, {
      size: deviceSize(size, ratio),
      transform: scaled(transform, ratio),
      palette: look.palette,
      styles: answer.styles,
    })
  }
  const pickByPlace = ({ moment, look, ratio, styles }: Painted, at: Point): number => {
    if (moment.moving) return -1
    const radii = styles.map(({ diameter }) => diameter / ratio / 2)
    return nearestMark(
      { grid: index(moment.places), transform: moment.transform, classes: look.classes, radii },
      at,
      reach,
    )
  }
  return {
    paint,
    pick: (x, y) => (last?.byDevice === true ? pickByPlace(last, [x, y]) : picture.pick(x, y)),
    close: () => device.close(),
  }
}

/** What was painted last, and how. */
interface Painted {
  readonly moment: Moment
  readonly look: Look
  readonly ratio: number
  readonly styles: readonly ClassStyle[]
  readonly byDevice: boolean
}

const deviceSize = ({ width, height }: Size, ratio: number): Size => ({
  width: Math.max(1, Math.round(width * ratio)),
  height: Math.max(1, Math.round(height * ratio)),
})

interface Picture {
  paint(moment: Moment, look: Look, ratio: number, points: DrawnPoints, answer: StyleAnswer): void
  pick(x: number, y: number): number
}

/** The picture that the processor draws. */
function makePicture(canvas: HTMLCanvasElement): Picture {
  const context = canvas.getContext('2d', { alpha: false })
  let raster: Raster = makeRaster(1, 1)
  let image: ImageData | null = null
  let scale = 1
  const fitCanvas = (size: Size, ratio: number): void => {
    const { width, height } = deviceSize(size, ratio)
    scale = ratio
    if (image !== null && raster.width === width && raster.height === height) return
    raster = makeRaster(width, height)
    canvas.width = width
    canvas.height = height
    image = new ImageData(new Uint8ClampedArray(raster.pixels.buffer), raster.stride, height + 2 * margin)
  }
  return {
    paint(moment, look, ratio, points, { styles, step }) {
      fitCanvas(moment.size, ratio)
      const transform = scaled(moment.transform, ratio)
      if (look.density !== null) drawDensity(raster, points, transform, look.density, Math.round(densityCell * ratio))
      else drawPoints(raster, points, { picks: !moment.moving, step, transform, palette: look.palette, styles })
      if (image !== null) context?.putImageData(image, -margin, -margin)
    },
    pick: (x, y) => pickAt(raster, x * scale, y * scale, Math.round(reach * scale)),
  }
}

const scaled = ({ scale, left, top }: ViewTransform, ratio: number): ViewTransform => ({
  scale: scale * ratio,
  left: left * ratio,
  top: top * ratio,
})

interface Ordered {
  readonly points: DrawnPoints
  readonly census: Census
}

/** Keeps the points in their order of drawing, and does again only what a change asks for: a million points cost 20 ms to order. */
function makeOrder(): (moment: Moment, look: Look) => Ordered {
  let seen: { readonly places: Places; readonly look: Look } | null = null
  let order: Arrangement = { row: new Int32Array(), starts: new Int32Array() }
  let census: Census | null = null
  let points: DrawnPoints = { ...order, x: new Float32Array(), y: new Float32Array(), colour: new Uint8Array() }
  return ({ places, moving }, look) => {
    const n = places.x.length
    const moved = seen?.places !== places
    const sorted = seen?.look.classes === look.classes && order.row.length === n
    if (!sorted) order = arrange(look.classes.length === n ? look.classes : new Uint8Array(n), places.x, places.y)
    // While points travel the count of where they came from will do.
    if (census === null || (moved && !moving)) census = takeCensus(places.x, places.y)
    if (moved || !sorted || seen?.look.codes !== look.codes) {
      const [x, y] = points.x.length === n ? [points.x, points.y] : [new Float32Array(n), new Float32Array(n)]
      const colour = points.colour.length === n ? points.colour : new Uint8Array(n)
      points = {
        ...order,
        x: gather(places.x, order.row, x),
        y: gather(places.y, order.row, y),
        colour: gather(look.codes, order.row, colour),
      }
    }
    seen = { places, look }
    return { points, census }
  }
}
