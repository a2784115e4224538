/** The maps of heads as a drawing that leaves the page. */
import type { Inks } from '#web/export/inks.ts'
import type { LegendItem } from '#web/export/legend.ts'
import { legendHeight, legendRow, rampColours, signedColours } from '#web/export/legend.ts'
import type { Measure } from '#web/export/measure.ts'
import type { Fragment, Picture } from '#web/export/svg.ts'
import { element, moved, textElement } from '#web/export/svg.ts'
import { plain } from '#web/marks/numbers.ts'
import type { Ramps } from '#web/marks/ramp.ts'
import { rampStep } from '#web/marks/ramp.ts'
import type { Cells, MapCells } from './cells.ts'
import { nameOf } from './heads.ts'
import type { Metric } from './metrics.ts'

export interface MapsStyle {
  readonly inks: Inks
  readonly ramps: Ramps
  readonly measure: Measure
  readonly metric: Pick<Metric, 'digits' | 'unit'>
  readonly upwards: boolean
  readonly countFrom: number
  readonly chosen: ReadonlySet<string>
  readonly pruned: ReadonlySet<string>
}

const cell = 28
const gutter = 26
const head = 20
const foot = 16
const between = 24

/** All maps in a row, with the scale below. */
export function mapsPicture(cells: Cells, style: MapsStyle): Picture {
  const body: Fragment[] = []
  let x = 0
  for (const map of cells.maps) {
    body.push(moved(x, 0, drawMap(map, cells.signed, style)))
    x += gutter + map.map.heads * cell + between
  }
  const height = head + foot + cell * Math.max(0, ...cells.maps.map(({ map }) => map.layers))
  body.push(moved(gutter, height + 10, legendRow(legendOf(cells, style), style.inks.ink2, style.measure)))
  return { width: Math.max(x - between, 520), height: height + 10 + legendHeight, body }
}

function drawMap(map: MapCells, signed: boolean, style: MapsStyle): readonly Fragment[] {
  const { layers, heads, title } = map.map
  const rowOf = (layer: number): number => (style.upwards ? layers - 1 - layer : layer)
  const named = { 'font-size': 10, fill: style.inks.ink2 }
  const rows = Array.from({ length: layers }, (_, layer) =>
    textElement(`L${layer + style.countFrom}`, {
      x: gutter - 6,
      y: head + rowOf(layer) * cell + cell / 2 + 3.5,
      'text-anchor': 'end',
      ...named,
    }),
  )
  const columns = Array.from({ length: heads }, (_, at) =>
    textElement(`H${at + style.countFrom}`, {
      x: gutter + at * cell + cell / 2,
      y: head + layers * cell + 12,
      'text-anchor': 'middle',
      ...named,
    }),
  )
  const cells = Array.from({ length: layers * heads }, (_, at) => {
    const layer = Math.floor(at / heads)
    return moved(gutter + (at % heads) * cell, head + rowOf(layer) * cell, drawCell(map, at, signed, style))
  })
  return [textElement(title, { x: gutter, y: 12, 'font-size': 11, 'font-weight': 600 }), ...rows, ...columns, ...cells]
}

function drawCell(map: MapCells, at: number, signed: boolean, style: MapsStyle): readonly Fragment[] {
  const size = cell - 1
  const { inks } = style
  const name = nameOf({ kind: map.map.kind, layer: Math.floor(at / map.map.heads), head: at % map.map.heads })
  const fill = (value: number | undefined): string => fillOf(value, map.reach, signed, style)
  const lower = map.lower[at]
  const fills =
    map.upper === null
      ? [element('rect', { width: size, height: size, fill: fill(lower) })]
      : [
          element('path', { d: `M0 0V${size}H${size}z`, fill: fill(lower) }),
          element('path', { d: `M0 0H${size}V${size}z`, fill: fill(map.upper[at]) }),
          element('path', { d: `M0 0L${size} ${size}`, stroke: inks.surface }),
        ]
  const against = signed && lower !== undefined && lower < -0.04 * map.reach
  const edge = { x: 0.5, y: 0.5, width: size - 1, height: size - 1, fill: 'none' }
  const chosen = style.chosen.has(name)
  return [
    ...fills,
    against ? element('rect', { y: size - 2, width: size, height: 2, fill: inks.ink2 }) : '',
    element('rect', { ...edge, stroke: chosen ? inks.ink : inks.line, 'stroke-width': chosen ? 2 : 1 }),
    style.pruned.has(name)
      ? element('path', { d: `M3 3L${size - 3} ${size - 3}M${size - 3} 3L3 ${size - 3}`, stroke: inks.ink })
      : '',
  ]
}

/** Cells without a value are the colour of a hatch, not of zero. */
function fillOf(value: number | undefined, reach: number, signed: boolean, { ramps, inks }: MapsStyle): string {
  if (value === undefined || Number.isNaN(value)) return inks.line
  const ramp = signed ? (value < 0 ? ramps.away : ramps.toward) : ramps.amount
  return ramp[rampStep(Math.abs(value), reach)]?.background ?? 'none'
}

function legendOf({ maps, signed }: Cells, { ramps, inks, metric }: MapsStyle): readonly LegendItem[] {
  const reach = plain(Math.max(0, ...maps.map((map) => map.reach)), metric.digits)
  const unit = metric.unit === '' ? '' : ` ${metric.unit}`
  const colours = signed ? signedColours(ramps.away, ramps.toward) : rampColours(ramps.amount)
  const scale: LegendItem = {
    kind: 'ramp',
    low: signed ? `−${reach}` : '0',
    high: `${signed ? '+' : ''}${reach}${unit}`,
    colours,
  }
  const halves = maps.some(({ upper }) => upper !== null)
  const words = halves ? 'lower left: mean of the corpus, upper right: this text' : 'one value a cell'
  return [scale, { kind: 'box', colour: inks.line, text: `not known; ${words}` }]
}
