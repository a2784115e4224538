/** Draws what the views draw, with made-up numbers, and says how long it took. The benchmark calls it through `window.drawing`. */
import { makeRandom } from '#compute/generate/sample.ts'
import type { Recolouring } from '#tests/stories/page/recolouring.ts'
import { timeRecolouring } from '#tests/stories/page/recolouring.ts'
import { makeGrid } from '#web/marks/points/grid.ts'
import { makePalette } from '#web/marks/points/palette.ts'
import { fillPolygon, makeMask, rowsWithin } from '#web/marks/points/region.ts'
import type { Point } from '#web/marks/points/view-transform.ts'
import { boundsOf, fit, panned, zoomed } from '#web/marks/points/view-transform.ts'
import { readRamps } from '#web/marks/ramp.ts'
import { makeColourTable, paintPattern } from '#web/views/attention/pattern-paint.ts'
import type { Look } from '#web/views/projection/plot-painter.ts'
import { makePlotPainter } from '#web/views/projection/plot-painter.ts'
// oxlint-disable-next-line import/no-unassigned-import -- a stylesheet is there for its effect
import '#web/styles/index.css'

/** Milliseconds of each frame. */
export interface PointTimes {
  readonly moving: readonly number[]
  readonly resting: readonly number[]
  readonly hover: readonly number[]
  readonly lasso: readonly number[]
}

export interface Drawing {
  points(count: number, times: number, ratio: number): PointTimes
  pattern(tokens: number, times: number): readonly number[]
  strip(tokens: number, times: number): Recolouring
}

declare global {
  interface Window {
    drawing: Drawing
  }
}

const size = { width: 900, height: 700 }
const styles = getComputedStyle(document.documentElement)
const read = (name: string): string => styles.getPropertyValue(name).trim()

function timed(run: () => void): number {
  const begin = performance.now()
  run()
  return performance.now() - begin
}

const repeat = (times: number, run: (turn: number) => void): readonly number[] =>
  Array.from({ length: times }, (_, turn) => timed(() => run(turn)))

/** Forty clusters, as states of a model have them. */
function makeCloud(count: number) {
  const random = makeRandom(7)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const centres = Array.from({ length: 40 }, () => [random() * 10, random() * 8] as const)
  const x = new Float32Array(count)
  const y = new Float32Array(count)
  const codes = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const which = Math.floor(random() * 40)
    x[i] = centres[which]![0] + 0.25 * normal()
    y[i] = centres[which]![1] + 0.25 * normal()
    codes[i] = which % 8
  }
  return { x, y, codes }
}

function points(count: number, times: number, ratio: number): PointTimes {
  const { x, y, codes } = makeCloud(count)
  const canvas = document.body.appendChild(document.createElement('canvas'))
  const grid = makeGrid(x, y)
  const painter = makePlotPainter(canvas, () => grid)
  const fills = [1, 2, 3, 4, 5, 6, 7].map((topic) => read(`--topic-${topic}`))
  const palette = makePalette(read('--surface'), read('--mark-edge'), [...fills, read('--topic-other')])
  const look: Look = { classes: new Uint8Array(count).fill(1), codes, palette, chosen: false, density: null }
  const places = { x, y }
  const start = fit(boundsOf(x, y), size, 20)
  const paint = (transform: typeof start, moving: boolean): void =>
    painter.paint({ places, transform, size, moving, version: 0 }, look, ratio)
  paint(start, false)
  // A drag to the right, then a zoom into the middle: what is drawn is on the canvas before the next frame begins.
  const moving = repeat(times, (turn) =>
    paint(
      turn % 2 === 0
        ? panned(start, turn, 0)
        : zoomed(start, 1 + turn / times, [450, 350], [0, Number.POSITIVE_INFINITY]),
      true,
    ),
  )
  const resting = repeat(times, (turn) => paint(panned(start, turn, 0), false))
  const hover = repeat(times, (turn) => void painter.pick(450 + (turn % 50), 350))
  const corners = Array.from({ length: 60 }, (_, index): Point => {
    const angle = (index / 60) * 2 * Math.PI
    return [450 + (200 + 60 * Math.sin(5 * angle)) * Math.cos(angle), 350 + 250 * Math.sin(angle)]
  })
  const lasso = repeat(times, () => void rowsWithin(fillPolygon(makeMask(size), corners), grid, start))
  canvas.remove()
  return { moving, resting, hover, lasso }
}

function pattern(tokens: number, times: number): readonly number[] {
  const random = makeRandom(5)
  const values = Float32Array.from({ length: tokens * tokens }, () => random() ** 8)
  const canvas = document.body.appendChild(document.createElement('canvas'))
  canvas.width = canvas.height = tokens
  const context = canvas.getContext('2d')!
  const image = new ImageData(tokens, tokens)
  const pixels = new Uint32Array(image.data.buffer)
  const table = makeColourTable(readRamps(read), 'amount', 'sqrt', 1)
  const took = repeat(times, () => {
    paintPattern(pixels, { values, queries: tokens, keys: tokens }, table, { hidden: 0, causal: false })
    context.putImageData(image, 0, 0)
  })
  canvas.remove()
  return took
}

window.drawing = { points, pattern, strip: (tokens, times) => timeRecolouring(tokens, times, readRamps(read)) }
