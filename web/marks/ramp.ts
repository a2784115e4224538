/** One colour of a ramp, and which of the two inks is read on it. */
export interface Fill {
  readonly background: string
  readonly ink: 'dark' | 'light'
  /** The colour of that ink: a `var()` in a style of its own would cost each token a slow computation of styles. */
  readonly text: string
}

/** A ramp as a table: index 0 is the surface, the last one the end colour. */
export type Ramp = readonly Fill[]

/** The colours of the theme at hand, ready for drawing. */
export interface Ramps {
  readonly toward: Ramp
  readonly away: Ramp
  readonly amount: Ramp
}

const stops = 9
/** Finer than an eye can tell: nine stops and 32 steps between two of them. */
export const rampSteps = 256

/** The ramps of the current theme; `read` gives the value of a custom property such as `--toward-3`. */
export function readRamps(read: (property: string) => string): Ramps {
  return { toward: makeRamp('toward', read), away: makeRamp('away', read), amount: makeRamp('amount', read) }
}

function makeRamp(name: string, read: (property: string) => string): Ramp {
  const colours = Array.from({ length: stops }, (_, index) => read(`--${name}-${index}`).trim())
  // The stops are straight lines in CIELAB; between two neighbours sRGB strays by at most 1.0 L*.
  const between = straight(colours.map(partsOf))
  const inks = { dark: read('--on-fill-dark').trim(), light: read('--on-fill-light').trim() }
  return Array.from({ length: rampSteps + 1 }, (_, step) => {
    const background = between(step / rampSteps)
    const ink = luminance(background) > 0.179 ? 'dark' : 'light'
    return { background, ink, text: inks[ink] }
  })
}

/** Red, green and blue from 0 to 255 of a colour written as `#rgb` or `#rrggbb`, as a build shortens them. */
function partsOf(colour: string): readonly number[] {
  const digits = colour.length === 4 ? colour.slice(1).replaceAll(/./g, '$&$&') : colour.slice(1)
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16))
}

/** A colour of the theme, written as `#rgb` or `#rrggbb`, as `rgb(r, g, b)`. */
export const colourOf = (hex: string): string => `rgb(${partsOf(hex).join(', ')})`

/** The colour at a place from 0 to 1 on the straight lines from stop to stop. */
function straight(colours: readonly (readonly number[])[]): (place: number) => string {
  return (place) => {
    const first = Math.min(colours.length - 2, Math.floor(place * (colours.length - 1)))
    const share = place * (colours.length - 1) - first
    const parts = (colours[first] ?? []).map((from, at) =>
      Math.round(from + share * ((colours[first + 1]?.[at] ?? from) - from)),
    )
    return `rgb(${parts.join(', ')})`
  }
}

/** Relative luminance (WCAG 2) of a colour written as `rgb(r, g, b)`. */
export function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+(\.\d+)?/g) ?? []).map((part) => channel(Number(part) / 255))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Contrast (WCAG 2) of two colours written as `rgb(r, g, b)`. */
export function contrast(one: string, two: string): number {
  const [light, dark] = [luminance(one), luminance(two)].toSorted((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

const channel = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)

/** The step of a ramp for a value from 0 to `reach`; larger values get the end colour. */
export function rampStep(value: number, reach: number): number {
  if (!(reach > 0)) return 0
  return Math.round(Math.min(1, Math.max(0, value / reach)) * rampSteps)
}
