/** The plot of a layer as a drawing that leaves the page. */
import type { Inks } from '#web/export/inks.ts'
import type { LegendItem } from '#web/export/legend.ts'
import { legendHeight, legendLines, legendRow } from '#web/export/legend.ts'
import type { Measure } from '#web/export/measure.ts'
import type { Fragment, Picture } from '#web/export/svg.ts'
import { element, moved, textElement } from '#web/export/svg.ts'
import { plain } from '#web/marks/numbers.ts'
import { drawClasses } from '#web/marks/points/arrangement.ts'
import type { ViewTransform } from '#web/marks/points/view-transform.ts'
import { boundsOf, fit, toScreen } from '#web/marks/points/view-transform.ts'
import type { Legend } from './colouring.ts'
import type { PlotModel } from './model.ts'
import { cut, placeNames, spotsOf } from './names.ts'

type Drawn = Pick<PlotModel, 'places' | 'rows' | 'look' | 'colouring' | 'matching' | 'chosen'>

/** A place in the drawing, and how the point there looks. */
export interface Mark {
  readonly x: number
  readonly y: number
  readonly fill: string
  /** Left out by a filter, or not chosen where others are. */
  readonly faded: boolean
}

const size = { width: 760, height: 520 }
const padding = 14
/** More marks than this are one image: other programs open that many shapes slowly or not at all. */
export const mostShapes = 20_000

/** Marks, the names of groups, and the key to the colours. */
export async function projectionPicture(model: Drawn, inks: Inks, measure: Measure): Promise<Picture> {
  const { marks, view } = marksOf(model)
  const radius = marks.length > 5_000 ? 1.4 : marks.length > 1_000 ? 2.2 : 3
  const points = marks.length > mostShapes ? [await imageOf(marks)] : shapesOf(marks, radius, inks)
  const frame = element('rect', { ...size, fill: 'none', stroke: inks.line })
  const lines = legendLines(legendOf(model.colouring().legend), size.width, measure)
  const legend = lines.map((line, at) =>
    moved(0, size.height + 10 + at * legendHeight, legendRow(line, inks.ink2, measure)),
  )
  const height = size.height + 10 + Math.max(1, lines.length) * legendHeight
  return { width: size.width, height, body: [frame, ...points, ...namesOf(model, view, inks), ...legend] }
}

/** All points in the frame as they lie on screen, one scale for both axes and y upwards; faded ones first, so that they lie below. */
export function marksOf({ places, look, colouring, chosen }: Drawn): {
  readonly marks: readonly Mark[]
  readonly view: ViewTransform
} {
  const { x, y } = places()
  const view = fit(boundsOf(x, y), size, padding)
  const { classes, codes } = look()
  const { fills } = colouring()
  const anyChosen = chosen() !== null
  const marks = Array.from(x, (atX, row): Mark => {
    const [px, py] = toScreen(view, [atX, y[row] ?? 0])
    const faded = classes[row] === drawClasses.aside || (anyChosen && classes[row] !== drawClasses.chosen)
    return { x: px, y: py, fill: fills[codes[row] ?? 0] ?? 'none', faded }
  })
  return { marks: [...marks.filter(({ faded }) => faded), ...marks.filter(({ faded }) => !faded)], view }
}

/** One disc a point; small ones have no edge. */
function shapesOf(marks: readonly Mark[], radius: number, inks: Inks): readonly Fragment[] {
  const edge = inks.token('--mark-edge')
  return marks.map(({ x, y, fill, faded }) =>
    element('circle', {
      cx: x,
      cy: y,
      r: radius,
      fill,
      opacity: faded ? 0.3 : null,
      stroke: radius > 2 ? edge : null,
      'stroke-width': radius > 2 ? 0.5 : null,
    }),
  )
}

/** The marks as one image at twice the size of the drawing. */
async function imageOf(marks: readonly Mark[]): Promise<Fragment> {
  const canvas = new OffscreenCanvas(2 * size.width, 2 * size.height)
  const context = canvas.getContext('2d')
  for (const { x, y, fill, faded } of context ? marks : []) {
    context!.globalAlpha = faded ? 0.3 : 1 // the loop runs only with a context
    context!.fillStyle = fill // likewise
    context!.fillRect(2 * x - 1, 2 * y - 1, 2, 2) // likewise
  }
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return element('image', { ...size, href: `data:image/png;base64,${btoa(text)}` })
}

/** Groups of categories are named beside their densest spot, with a halo, so that colour is not the only key. */
function namesOf({ places, rows, colouring, matching }: Drawn, view: ViewTransform, inks: Inks): readonly Fragment[] {
  const { legend } = colouring()
  if (legend.kind !== 'levels') return []
  const spots = spotsOf(places(), rows(), legend.column, matching())
  return placeNames(spots, view, size, []).map(({ wish, box }) => {
    const halo = { stroke: inks.surface, 'stroke-width': 3, 'stroke-linejoin': 'round', 'paint-order': 'stroke' }
    const x = (box.left + box.right) / 2
    return textElement(wish.text, { x, y: box.bottom - 3, 'font-size': 11, 'text-anchor': 'middle', ...halo })
  })
}

function legendOf(legend: Legend): readonly LegendItem[] {
  if (legend.kind === 'levels')
    return legend.rows.map(({ label, fill }) => ({
      kind: 'disc',
      colour: fill,
      text: cut(label === '' ? '(empty)' : label),
    }))
  if (legend.kind !== 'range') return []
  const colours = Array.from(
    { length: 8 },
    (_, at) => legend.fills[Math.round((at * (legend.fills.length - 1)) / 7)] ?? '',
  )
  const unit = legend.unit === '' ? '' : ` ${legend.unit}`
  return [{ kind: 'ramp', low: plain(legend.min), high: `${plain(legend.max)}${unit}, ${legend.title}`, colours }]
}
