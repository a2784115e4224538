/** The key to a drawing: ramps with the numbers at their ends, and marks with their words, in one row. */
import type { Ramp } from '#web/marks/ramp.ts'
import { rampSteps } from '#web/marks/ramp.ts'
import type { Measure } from './measure.ts'
import type { Fragment } from './svg.ts'
import { element, textElement } from './svg.ts'

export type LegendItem =
  | { readonly kind: 'ramp'; readonly low: string; readonly high: string; readonly colours: readonly string[] }
  | { readonly kind: 'bar' | 'box' | 'disc'; readonly colour: string; readonly text: string }

const type = 11
const box = 9
const gap = 8
const between = 24

/** Height of the row. */
export const legendHeight = 18

/** The items from left to right, the row's top at 0. */
export function legendRow(items: readonly LegendItem[], ink: string, measure: Measure): readonly Fragment[] {
  const row: Fragment[] = []
  let x = 0
  const say = (text: string): void => {
    row.push(textElement(text, { x, y: 12, 'font-size': type, fill: ink }))
    x += measure(text, type)
  }
  for (const item of items) {
    if (item.kind === 'ramp') {
      say(item.low)
      x += gap
      for (const colour of item.colours) {
        row.push(element('rect', { x, y: 3, width: box, height: 11, fill: colour }))
        x += box
      }
      x += gap
      say(item.high)
    } else {
      row.push(swatch(item.kind, item.colour, x))
      x += 16 + gap
      say(item.text)
    }
    x += between
  }
  return row
}

/** The items in rows no wider than this, each as full as it can be. */
export function legendLines(
  items: readonly LegendItem[],
  width: number,
  measure: Measure,
): readonly (readonly LegendItem[])[] {
  const lines: LegendItem[][] = []
  let used = Infinity
  for (const item of items) {
    const wide = widthOf(item, measure)
    if (used + wide > width) {
      lines.push([])
      used = 0
    }
    lines.at(-1)?.push(item)
    used += wide + between
  }
  return lines
}

const widthOf = (item: LegendItem, measure: Measure): number =>
  item.kind === 'ramp'
    ? measure(item.low, type) + measure(item.high, type) + 2 * gap + item.colours.length * box
    : 16 + gap + measure(item.text, type)

function swatch(kind: 'bar' | 'box' | 'disc', colour: string, x: number): Fragment {
  if (kind === 'bar') return element('rect', { x, y: 7, width: 16, height: 3, fill: colour })
  if (kind === 'box') return element('rect', { x: x + 3, y: 3, width: 11, height: 11, fill: colour })
  return element('circle', { cx: x + 8, cy: 8.5, r: 5, fill: colour })
}

const steps = 8

/** Eight colours of a ramp from its first to its last step, the surface left out. */
export const rampColours = (ramp: Ramp): readonly string[] =>
  Array.from({ length: steps }, (_, place) => ramp[Math.round(((place + 1) * rampSteps) / steps)]?.background ?? 'none')

/** Both ramps of signed values, from full against to full toward, with the surface between them. */
export const signedColours = (away: Ramp, toward: Ramp): readonly string[] => [
  ...rampColours(away).toReversed(),
  toward[0]?.background ?? 'none',
  ...rampColours(toward),
]
