/** One pattern as a drawing that leaves the page. */
import type { Inks } from '#web/export/inks.ts'
import type { LegendItem } from '#web/export/legend.ts'
import { legendHeight, legendRow, rampColours, signedColours } from '#web/export/legend.ts'
import type { Measure } from '#web/export/measure.ts'
import type { Fragment, Picture } from '#web/export/svg.ts'
import { element, moved, textElement } from '#web/export/svg.ts'
import { plain } from '#web/marks/numbers.ts'
import type { Ramps } from '#web/marks/ramp.ts'
import { rampStep } from '#web/marks/ramp.ts'
import type { Pattern } from './pattern.ts'
import { poolFactor, poolPattern, valueAt } from './pattern.ts'
import type { Curve } from './pattern-paint.ts'
import type { Sides } from './sides.ts'

export interface PatternStyle {
  readonly inks: Inks
  readonly ramps: Ramps
  readonly measure: Measure
  readonly kind: 'amount' | 'signed'
  readonly curve: Curve
  readonly reach: number
  /** The key that is hidden as a sink; null for none. */
  readonly hidden: number | null
}

const gutter = 70
const head = 70
/** Names need this much room; of denser rulers some are left out. */
const apart = 10

/** A side with more cells than this is drawn coarser: every cell is an element, and other programs have to open them. */
const mostCells = 256

/** The matrix with names of its rows and columns, and the scale. A cell of a large one stands for the largest of k × k. */
export function patternPicture(pattern: Pattern, sides: Sides, style: PatternStyle): Picture {
  const size = Math.max(2, Math.min(18, 900 / Math.max(1, pattern.keys)))
  const k = poolFactor(pattern, mostCells, mostCells)
  const drawn = poolPattern(pattern, k, style.hidden)
  const hidden = k === 1 ? style.hidden : null
  const step = Math.ceil(apart / size)
  const type = { 'font-size': Math.min(10, Math.max(8, size)), fill: style.inks.ink2 }
  const rows = sides.queries.flatMap(({ label }, at) =>
    at % step === 0
      ? [textElement(cut(label), { x: -5, y: (at + 0.5) * size + 3, 'text-anchor': 'end', ...type })]
      : [],
  )
  const columns = sides.keys.flatMap(({ label }, at) => {
    const x = ((at + 0.5) * size + 3).toFixed(1)
    return at % step === 0 ? [textElement(cut(label), { transform: `translate(${x} -5) rotate(-60)`, ...type })] : []
  })
  const [width, height] = [pattern.keys * size, pattern.queries * size]
  const edge = element('rect', { width, height, fill: 'none', stroke: style.inks.line })
  const cells = moved(gutter, head, [...drawCells(drawn, size * k, { ...style, hidden }), edge, ...rows, ...columns])
  const legend = moved(gutter, head + height + 10, legendRow(legendOf(style, k), style.inks.ink2, style.measure))
  return { width: gutter + Math.max(width, 400), height: head + height + 10 + legendHeight, body: [cells, legend] }
}

/** Runs of cells of one colour are one element; cells of the surface's colour are none. */
function drawCells(pattern: Pattern, size: number, style: PatternStyle): readonly Fragment[] {
  const cells: Fragment[] = []
  for (let query = 0; query < pattern.queries; query++) {
    for (let key = 0; key < pattern.keys; key++) {
      const colour = colourOf(pattern, query, key, style)
      if (colour === null) continue
      const first = key
      while (key + 1 < pattern.keys && colourOf(pattern, query, key + 1, style) === colour) key++
      cells.push(
        element('rect', {
          x: first * size,
          y: query * size,
          width: (key - first + 1) * size,
          height: size,
          fill: colour,
        }),
      )
    }
  }
  return cells
}

/** Steps of a ramp that a drawing tells apart; more would part neighbours that nobody sees apart. */
const coarse = 8

function colourOf(
  pattern: Pattern,
  query: number,
  key: number,
  { kind, curve, reach, ramps, hidden }: PatternStyle,
): string | null {
  if (key === hidden) return null
  const value = valueAt(pattern, query, key)
  if (!Number.isFinite(value)) return null
  const share = Math.min(1, Math.abs(value) / (reach > 0 ? reach : 1))
  const step = Math.round(rampStep(curve === 'sqrt' ? Math.sqrt(share) : share, 1) / coarse) * coarse
  if (step === 0) return null
  const ramp = kind === 'amount' ? ramps.amount : value < 0 ? ramps.away : ramps.toward
  return ramp[step]?.background ?? null
}

const cut = (label: string): string => (label.length > 11 ? `${label.slice(0, 10)}…` : label)

function legendOf({ kind, curve, reach, ramps, hidden, inks }: PatternStyle, k: number): readonly LegendItem[] {
  const words = curve === 'sqrt' ? ', by the square root' : ''
  const end = plain(reach, reach < 0.1 ? 3 : 2)
  const scale: LegendItem =
    kind === 'amount'
      ? { kind: 'ramp', low: '0', high: `${end}${words}`, colours: rampColours(ramps.amount) }
      : { kind: 'ramp', low: `−${end}`, high: `+${end} nats${words}`, colours: signedColours(ramps.away, ramps.toward) }
  const notes = [hidden === null ? '' : 'the sink is left out', k === 1 ? '' : `one cell is the largest of ${k} × ${k}`]
  const said = notes.filter((note) => note !== '').join('; ')
  return said === '' ? [scale] : [scale, { kind: 'box', colour: inks.line, text: said }]
}
