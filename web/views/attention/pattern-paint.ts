/** Paints a pattern: one pixel a cell, by a table of colours. The drawing is scaled up by the canvas, without smoothing. */
import type { Ramp, Ramps } from '#web/marks/ramp.ts'
import { rampSteps } from '#web/marks/ramp.ts'
import type { Pattern } from './pattern.ts'

export type Curve = 'sqrt' | 'linear'

/** Steps of the table over one sign. Under the square root the first step is 1 % of the ramp. */
const levels = 8192

/**
 * Colours as the pixels of an ImageData hold them (little-endian RGBA), from −reach to +reach; the first one is clear, for what is
 * no number.
 */
export interface ColourTable {
  readonly colours: Uint32Array
  readonly reach: number
}

export function makeColourTable(ramps: Ramps, kind: 'amount' | 'signed', curve: Curve, reach: number): ColourTable {
  const colours = new Uint32Array(2 * levels + 2)
  const up = (kind === 'amount' ? ramps.amount : ramps.toward).map(({ background }) => pack(background))
  const down = (kind === 'amount' ? ramps.amount : ramps.away).map(({ background }) => pack(background))
  for (let level = 0; level <= levels; level++) {
    const share = level / levels
    const step = Math.round((curve === 'sqrt' ? Math.sqrt(share) : share) * rampSteps)
    colours[levels + 1 + level] = up[step] ?? 0
    colours[levels + 1 - level] = down[step] ?? 0
  }
  return { colours, reach }
}

/** A colour written as `rgb(r, g, b)` in one number. */
export function pack(colour: Ramp[number]['background']): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+(\.\d+)?/g) ?? []).map(Number)
  return ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0
}

export interface PaintOptions {
  /** The key that is hidden: its column stays transparent. */
  readonly hidden: number | null
  /** Whether queries see only keys up to their own place: what is masked stays transparent. */
  readonly causal: boolean
}

/** Fills `pixels` [queries · keys] with the colours of the pattern; what has no colour becomes transparent. */
export function paintPattern(
  pixels: Uint32Array,
  { values, queries, keys }: Pattern,
  { colours, reach }: ColourTable,
  { hidden, causal }: PaintOptions,
): void {
  const scale = reach > 0 ? levels / reach : 0
  const last = 2 * levels + 1
  for (let query = 0; query < queries; query++) {
    const start = query * keys
    const seen = causal ? Math.min(keys, query + 1) : keys
    for (let at = start; at < start + seen; at++) {
      // Rounds and cuts to whole numbers in one step: a million cells must not take a frame.
      const level = (values[at]! * scale + levels + 1.5) | 0 // inside the row
      pixels[at] = colours[level < 0 ? 0 : level > last ? last : level]! // inside the table
    }
    pixels.fill(0, start + seen, start + keys)
    if (hidden !== null) pixels[start + hidden] = 0
  }
}
