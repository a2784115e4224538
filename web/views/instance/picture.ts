/** The lanes as a drawing that leaves the page: the same frames that draw.ts paints, set line by line. */
import type { Inks } from '#web/export/inks.ts'
import type { LegendItem } from '#web/export/legend.ts'
import { legendHeight, legendRow } from '#web/export/legend.ts'
import type { Measure } from '#web/export/measure.ts'
import type { Fragment, Picture } from '#web/export/svg.ts'
import { element, moved, textElement } from '#web/export/svg.ts'
import type { Piece } from '#web/marks/pieces.ts'
import type { Ramps } from '#web/marks/ramp.ts'
import { rampStep, rampSteps } from '#web/marks/ramp.ts'
import { fillOf, footOf, valueText } from './draw.ts'
import type { LaneFrame } from './frame.ts'
import { keepApart } from './frame.ts'

/** One lane with its heading. */
export interface LaneDrawing {
  readonly title: string
  readonly note: string
  readonly pieces: readonly Piece[]
  readonly frame: LaneFrame
  /** Length of each token's foot bar, from 0 to 1; null for a lane without. */
  readonly feet: readonly number[] | null
}

export interface DrawingStyle {
  readonly inks: Inks
  readonly ramps: Ramps
  readonly measure: Measure
  readonly legend: readonly LegendItem[]
}

/** A token's place in a lane. */
export interface PlacedToken {
  readonly piece: Piece
  readonly x: number
  /** Top of its box. */
  readonly y: number
  readonly width: number
  /** Room before its text: a word's first piece has some, the others touch the piece before. */
  readonly inset: number
}

const type = 15
const labelSize = 10
const sizeOf = (piece: Piece): number => (piece.kind === 'special' ? 11 : type)
const space = 5
const boxHeight = 22
const lineHeight = 42
const headHeight = 24
/** Room at both ends of a word, and between two of its pieces. */
const edge = 2
const joint = 1
const drawingWidth = 880

/** The lanes below each other, with a key to the colours. */
export function lanePicture(lanes: readonly LaneDrawing[], style: DrawingStyle): Picture {
  const body: Fragment[] = []
  let y = 0
  for (const lane of lanes) {
    const placed = flowTokens(lane.pieces, style.measure)
    const title = textElement(lane.title, { x: 0, y: 12, 'font-size': 12, 'font-weight': 600 })
    const after = style.measure(lane.title, 12) * 1.1 + 10
    const note = textElement(lane.note, { x: after, y: 12, 'font-size': 11, fill: style.inks.ink2 })
    const labelled = labelsOf(lane, placed, style.measure)
    const tokens = placed.map((token) => drawToken(token, lane, labelled, style))
    body.push(moved(0, y, [title, note, moved(0, headHeight, tokens)]))
    y += headHeight + Math.max(0, ...placed.map((token) => token.y)) + lineHeight + 6
  }
  body.push(moved(0, y, legendRow(style.legend, style.inks.ink2, style.measure)))
  return { width: drawingWidth, height: y + legendHeight, body }
}

/** Words in lines: pieces of a word touch and never part, unless the word alone is longer than a line. */
export function flowTokens(pieces: readonly Piece[], measure: Measure, width = drawingWidth): readonly PlacedToken[] {
  const placed: PlacedToken[] = []
  let x = 0
  let y = 0
  for (const word of wordsOf(pieces)) {
    const insets = word.map((_, at) => (at === 0 ? edge : 0))
    const widths = word.map(
      (piece, at) => measure(piece.label, sizeOf(piece)) + insets[at]! + (at === word.length - 1 ? edge : 0) + joint, // one inset a piece
    )
    const total = widths.reduce((sum, each) => sum + each, 0)
    const start = x === 0 || word[0]?.spaced === false ? x : x + space
    if (start > 0 && start + total > width) {
      x = 0
      y += lineHeight
    } else x = start
    word.forEach((piece, at) => {
      placed.push({ piece, x, y, width: widths[at] ?? 0, inset: insets[at] ?? 0 })
      x += widths[at] ?? 0
    })
    if (word.at(-1)?.breaks) {
      x = 0
      y += lineHeight
    }
  }
  return placed
}

function wordsOf(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const words: Piece[][] = []
  for (const piece of pieces) {
    const last = words.at(-1)
    if (last && last[0]?.word === piece.word) last.push(piece)
    else words.push([piece])
  }
  return words
}

function drawToken(
  { piece, x, y, width, inset }: PlacedToken,
  lane: LaneDrawing,
  labelled: ReadonlySet<number>,
  style: DrawingStyle,
): Fragment {
  const { frame, feet } = lane
  const { index } = piece
  const [, fill] = fillOf(frame.values[index] ?? null, frame, style.ramps)
  const ink = fill?.text ?? (piece.kind === 'text' ? style.inks.ink : style.inks.ink3)
  const foot = feet?.[index] ?? 0
  const bar = (length: number, colour: string): Fragment =>
    element('rect', { y: boxHeight + 1, width: length, height: 3, fill: colour })
  const look = footOf(frame.feet?.[index] ?? null, style.ramps)
  const parts = [
    drawBox(index, frame, width - 1, style),
    textElement(piece.label, {
      x: inset,
      y: 16,
      'font-size': sizeOf(piece),
      fill: ink,
      // Another face keeps to this width, so that the text stays in its box.
      textLength: style.measure(piece.label, sizeOf(piece)),
      lengthAdjust: 'spacingAndGlyphs',
    }),
    foot > 0 ? bar(foot * (width - 1), style.inks.entropy) : '',
    look === '' ? '' : bar(width - 1, look),
    frame.clipped.has(index) ? element('path', { d: `M${(width - 7).toFixed(1)} 0h6v6z`, fill: ink }) : '',
    sign(frame.signs.get(index), width, style),
    labelled.has(index) ? label(frame, index, width, style) : '',
  ]
  return moved(x, y, parts)
}

/** Fill, the line of opposing values, and the outline of what is chosen. */
function drawBox(index: number, frame: LaneFrame, width: number, style: DrawingStyle): Fragment {
  const value = frame.values[index] ?? null
  const [, fill] = fillOf(value, frame, style.ramps)
  const against = frame.tone === 'signed' && value !== null && value < 0
  const chosen = frame.chosen !== null && index >= frame.chosen[0] && index <= frame.chosen[1]
  const outline = { width, height: boxHeight, fill: 'none', stroke: style.inks.ink, 'stroke-width': 2 }
  return [
    fill ? element('rect', { width, height: boxHeight, fill: fill.background }) : '',
    fill && against ? underline(value, frame.reach, width, style) : '',
    chosen ? element('rect', outline) : '',
  ].join('')
}

/** Sign survives grey: opposing values carry a line at twice the strength of their fill. */
function underline(value: number, reach: number, width: number, { ramps }: DrawingStyle): Fragment {
  const strong = ramps.away[Math.min(rampSteps, 2 * rampStep(-value, reach))]
  return element('rect', { y: boxHeight - 2, width, height: 2, fill: strong?.background })
}

const sign = (mark: string | undefined, width: number, { inks }: DrawingStyle): Fragment =>
  mark === undefined
    ? ''
    : textElement(mark, {
        x: width - 1,
        y: -1,
        'font-size': 10,
        'font-weight': 600,
        'text-anchor': 'middle',
        fill: inks.ink,
      })

const label = (frame: LaneFrame, index: number, width: number, { inks }: DrawingStyle): Fragment =>
  textElement(valueText(frame, index), {
    x: width / 2,
    y: boxHeight + 14,
    'font-size': labelSize,
    'text-anchor': 'middle',
    fill: inks.ink2,
  })

/** Of two values that would touch, the larger stays. */
function labelsOf({ frame }: LaneDrawing, placed: readonly PlacedToken[], measure: Measure): ReadonlySet<number> {
  const labels = frame.labelled.flatMap((index) => {
    const token = placed[index]
    if (token === undefined) return []
    return [{ index, x: token.x + token.width / 2, y: token.y, width: measure(valueText(frame, index), labelSize) }]
  })
  return new Set(keepApart(labels).map(({ index }) => index))
}
