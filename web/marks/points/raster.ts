/** Draws points into memory: no DOM, the same bytes everywhere, and a buffer that says which point covers each pixel. */
import type { Arrangement } from './arrangement.ts'
import { classCount } from './arrangement.ts'
import type { Palette } from './palette.ts'
import { paler } from './palette.ts'
import type { Stamp, StampBook } from './stamps.ts'
import { discsOf, places } from './stamps.ts'
import type { ViewTransform } from './view-transform.ts'

/** Pixels round the picture that marks may spill into, so that nothing has to be clipped. */
export const margin = 16

/** What is drawn into. Both buffers are [height + 2 margin, width + 2 margin], row by row. */
export interface Raster {
  readonly width: number
  readonly height: number
  readonly stride: number
  /** 0xAABBGGRR */
  readonly pixels: Int32Array<ArrayBuffer>
  /** Row of the point on top, or −1. */
  readonly picks: Int32Array<ArrayBuffer>
  readonly stamps: StampBook
}

export function makeRaster(width: number, height: number): Raster {
  const stride = width + 2 * margin
  const length = stride * (height + 2 * margin)
  const picks = new Int32Array(length).fill(-1)
  return { width, height, stride, pixels: new Int32Array(length), picks, stamps: new Map() }
}

/** Points in the order of drawing: coordinates of the layout and an index of the palette, [n] each. */
export interface DrawnPoints extends Arrangement {
  readonly x: Float32Array
  readonly y: Float32Array
  readonly colour: Uint8Array
}

/** How the marks of one class look. Lengths in device pixels. */
export interface ClassStyle {
  readonly diameter: number
  /** Whether marks are discs with soft borders; squares otherwise, which are several times as fast. */
  readonly disc: boolean
  /** Width of the dark edge of discs; 0 for none. */
  readonly edge: number
  /** 0 to 1 */
  readonly opacity: number
  /** How much is left of the colour, the rest being surface: 0 to 1. */
  readonly strength: number
}

export interface DrawOptions {
  /** Whether to note which point covers each pixel; costs about as much again as drawing. */
  readonly picks: boolean
  /** Draws one point in so many: 1 for all. Rows ordered by place make that an even sample. */
  readonly step: number
  /** In device pixels. */
  readonly transform: ViewTransform
  readonly palette: Palette
  /** [classCount] */
  readonly styles: readonly ClassStyle[]
}

/** Fills the raster with the surface and draws all classes, each over the one before. */
export function drawPoints(raster: Raster, points: DrawnPoints, options: DrawOptions): void {
  raster.pixels.fill(options.palette.surface)
  if (options.picks) raster.picks.fill(-1)
  for (let each = 0; each < classCount; each++) {
    const style = options.styles[each]
    if (style === undefined || style.opacity <= 0) continue
    const range = [points.starts[each]!, points.starts[each + 1]!] as const
    if (range[0] === range[1]) continue
    const palette = style.strength < 1 ? paler(options.palette, style.strength) : options.palette
    const own = { ...options, palette }
    if (style.disc) drawDiscs(raster, points, range, own, style)
    else if (style.opacity >= 1) drawSolidSquares(raster, points, range, own, Math.round(style.diameter))
    else drawClearSquares(raster, points, range, own, style)
  }
}

/** The alpha of an opaque pixel. */
const opaque = 255 << 24

type Range = readonly [first: number, end: number]

/** Coordinates of the buffer for a square of `size` whose centre is a point: its left upper pixel. */
function originOf(transform: ViewTransform, size: number): readonly [left: number, top: number] {
  // Half a pixel more rounds to the nearest corner.
  const shift = margin - size / 2 + 0.5
  return [transform.left + shift, transform.top + shift]
}

function drawSolidSquares(
  raster: Raster,
  points: DrawnPoints,
  [first, end]: Range,
  { transform, palette, step, picks: wanted }: DrawOptions,
  size: number,
): void {
  const { stride, pixels, picks } = raster
  const { x, y, colour, row } = points
  const { scale } = transform
  const [left, top] = originOf(transform, size)
  const [right, bottom] = [stride - size, raster.height + 2 * margin - size]
  const { fill } = palette
  for (let i = first; i < end; i += step) {
    const px = x[i]! * scale + left
    const py = top - y[i]! * scale
    if (!(px >= 0 && py >= 0 && px <= right && py <= bottom)) continue
    const value = fill[colour[i]!]!
    let at = (py | 0) * stride + (px | 0)
    for (let line = 0; line < size; line++, at += stride) {
      for (let cell = 0; cell < size; cell++) pixels[at + cell] = value
      if (wanted) for (let cell = 0; cell < size; cell++) picks[at + cell] = row[i]!
    }
  }
}

/** Mixes with what is there: two channels at a time in the halves of a word, as 8.8 fixed point. */
function drawClearSquares(
  raster: Raster,
  points: DrawnPoints,
  [first, end]: Range,
  { transform, palette, step, picks: wanted }: DrawOptions,
  style: ClassStyle,
): void {
  const { stride, pixels, picks } = raster
  const { x, y, colour, row } = points
  const { scale } = transform
  const size = Math.round(style.diameter)
  const [left, top] = originOf(transform, size)
  const [right, bottom] = [stride - size, raster.height + 2 * margin - size]
  const alpha = Math.round(style.opacity * 256)
  const rest = 256 - alpha
  const redBlue = palette.fill.map((value) => Math.imul(value & 0xff00ff, alpha))
  const green = palette.fill.map((value) => Math.imul((value >>> 8) & 0xff, alpha))
  for (let i = first; i < end; i += step) {
    const px = x[i]! * scale + left
    const py = top - y[i]! * scale
    if (!(px >= 0 && py >= 0 && px <= right && py <= bottom)) continue
    const rb = redBlue[colour[i]!]!
    const g = green[colour[i]!]!
    const which = row[i]!
    let at = (py | 0) * stride + (px | 0)
    for (let line = 0; line < size; line++, at += stride) {
      for (let cell = at; cell < at + size; cell++) {
        const under = pixels[cell]!
        const mixed = (((rb + Math.imul(under & 0xff00ff, rest)) | 0) >>> 8) & 0xff00ff
        pixels[cell] = opaque | mixed | ((g + Math.imul((under >>> 8) & 0xff, rest)) & 0xff00)
      }
      if (wanted) for (let cell = at; cell < at + size; cell++) picks[cell] = which
    }
  }
}

function drawDiscs(
  raster: Raster,
  points: DrawnPoints,
  [first, end]: Range,
  { transform, palette, step, picks: wanted }: DrawOptions,
  style: ClassStyle,
): void {
  const { stride } = raster
  const { x, y, colour, row } = points
  const { scale, left, top } = transform
  const reach = Math.ceil(style.diameter / 2) + 1
  const [right, bottom] = [stride - reach, raster.height + 2 * margin - reach]
  const stamps = discsOf(raster.stamps, style.diameter, style.edge, stride)
  const alpha = Math.round(style.opacity * 256)
  for (let i = first; i < end; i += step) {
    const px = x[i]! * scale + left + margin
    const py = top - y[i]! * scale + margin
    if (!(px >= reach && py >= reach && px < right && py < bottom)) continue
    const cx = px | 0
    const cy = py | 0
    const stamp = stamps[(((py - cy) * places) | 0) * places + (((px - cx) * places) | 0)]!
    const at = cy * stride + cx
    const which = colour[i]!
    press(raster.pixels, stamp, at, palette.fill[which]!, palette.edge[which]!, alpha)
    if (wanted) mark(raster.picks, stamp, at, row[i]!)
  }
}

/** out = under · (1 − covered) + fill · filled + edge · edged, all three shares scaled by the opacity. */
function press(pixels: Int32Array, stamp: Stamp, at: number, fill: number, edge: number, alpha: number): void {
  const { offset } = stamp
  for (let k = 0; k < offset.length; k++) {
    const filled = (stamp.fill[k]! * alpha) >> 8
    const edged = (stamp.edge[k]! * alpha) >> 8
    const rest = 256 - filled - edged
    const cell = at + offset[k]!
    const under = pixels[cell]!
    const redBlue =
      Math.imul(under & 0xff00ff, rest) + Math.imul(fill & 0xff00ff, filled) + Math.imul(edge & 0xff00ff, edged)
    const green =
      Math.imul((under >>> 8) & 0xff, rest) +
      Math.imul((fill >>> 8) & 0xff, filled) +
      Math.imul((edge >>> 8) & 0xff, edged)
    pixels[cell] = opaque | ((redBlue >>> 8) & 0xff00ff) | (green & 0xff00)
  }
}

/** A pixel belongs to a mark that covers at least a third of it. */
function mark(picks: Int32Array, stamp: Stamp, at: number, row: number): void {
  const { offset } = stamp
  for (let k = 0; k < offset.length; k++) {
    if (stamp.fill[k]! + stamp.edge[k]! >= 85) picks[at + offset[k]!] = row
  }
}
