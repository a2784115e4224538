/** The geometry that charts share: a plot inside its margins, ticks, and lines through points. Pure. */
import { scaleLinear } from 'd3-scale'
import type { ScaleLinear } from 'd3-scale'

export interface Margins {
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly left: number
}

/** Room for tick labels of 10 px and the titles of both axes. */
export const usualMargins: Margins = { top: 18, right: 10, bottom: 32, left: 34 }

export interface Plot {
  readonly width: number
  readonly height: number
  readonly margins: Margins
  readonly x: ScaleLinear<number, number>
  readonly y: ScaleLinear<number, number>
}

export type Domain = readonly [low: number, high: number]

/** A plot of this size over these domains; y grows upwards. */
export function makePlot(
  width: number,
  height: number,
  xDomain: Domain,
  yDomain: Domain,
  margins: Margins = usualMargins,
): Plot {
  const x = scaleLinear([...xDomain], [margins.left, Math.max(margins.left + 1, width - margins.right)])
  const y = scaleLinear([...yDomain], [height - margins.bottom, margins.top])
  return { width, height, margins, x, y }
}

/** A domain that holds all of these numbers, with round ends. */
export function roundDomain(values: readonly number[], least: Domain | null = null): Domain {
  const all = [...values.filter(Number.isFinite), ...(least ?? [])]
  if (all.length === 0) return [0, 1]
  const [low, most] = [Math.min(...all), Math.max(...all)]
  // What hardly passes zero needs no tick of its own above it.
  const high = most > 0 && most < 0.03 * (most - low) ? 0 : most
  const domain = scaleLinear([low, low === high ? low + 1 : high], [0, 1])
    .nice(5)
    .domain()
  return [domain[0]!, domain[1]!] // two were given
}

/** `M … L …` through points; where one is null the line is broken. */
export function linePath(points: readonly (readonly [x: number, y: number] | null)[]): string {
  let pen = 'M'
  const parts: string[] = []
  for (const point of points) {
    if (point === null) {
      pen = 'M'
      continue
    }
    parts.push(`${pen}${round(point[0])} ${round(point[1])}`)
    pen = 'L'
  }
  return parts.join('')
}

/** The closed area between two lines over the same places. */
export function bandPath(band: readonly { readonly x: number; readonly low: number; readonly high: number }[]): string {
  if (band.length === 0) return ''
  const upper = band.map(({ x, high }) => [x, high] as const)
  const lower = band.map(({ x, low }) => [x, low] as const).toReversed()
  return `${linePath([...upper, ...lower])}Z`
}

const round = (value: number): number => Math.round(value * 10) / 10

/** How many of the values lie in each of `bins` equal bins of a domain; the last bin holds its upper end. */
export function countBins(values: Iterable<number>, [low, high]: Domain, bins: number): readonly number[] {
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * bins)))
    counts[bin]! += 1
  }
  return counts
}
