/** Paints lanes: colours on the canvases behind the text, marks on the tokens, and only where something changed. */
import { personColour, initialOf } from '#web/widgets/person.ts'
import { probability, signed } from '#web/marks/numbers.ts'
import type { Fill, Ramps } from '#web/marks/ramp.ts'
import { rampStep, rampSteps } from '#web/marks/ramp.ts'
import type { BracketPart } from './brackets.ts'
import type { LaneFrame, PlacedLabel } from './frame.ts'
import { digitsFor, keepApart } from './frame.ts'
import type { LaneCanvas } from './lane-canvas.ts'
import { makeLaneCanvas } from './lane-canvas.ts'
import type { LaneLook } from './lane-look.ts'
import { readLook } from './lane-look.ts'

/** Opposing values carry an underline from this share on, at twice the strength of the fill, so that sign survives grey. */
const underlined = 0.06

export interface LanePainter {
  paint(frame: LaneFrame, ramps: Ramps): void
  bracket(parts: readonly BracketPart[]): void
  /** After tokens have moved in their lane. */
  measure(): void
  /** After the lane may have changed its size. */
  resized(): void
  close(): void
}

/** What stands on a token itself. */
interface Marked {
  sign: string
  ink: string
  marks: string
}

/** A painter for the token elements of one lane, in order. */
export function makeLanePainter(lane: HTMLElement, tokens: readonly HTMLElement[]): LanePainter {
  const marked: Marked[] = tokens.map(() => ({ sign: '', ink: '', marks: '' }))
  const canvas = makeLaneCanvas(lane, tokens)
  let look = readLook(lane, null)
  let brackets: HTMLElement[] = []
  return {
    paint(frame, ramps) {
      if (look.ramps !== ramps) {
        // Paper has its own colours, and another width.
        if (look.ramps !== null) canvas.resized()
        look = readLook(lane, ramps)
      }
      // What stands on a canvas can be read by nobody but people: tests and other programs read it here.
      const { coloured, written } = paintColours(canvas, frame, ramps, look)
      lane.dataset['coloured'] = String(coloured)
      lane.dataset['written'] = written.map((index) => `${index} ${valueText(frame, index)}`).join(', ')
      tokens.forEach((token, index) => markToken(token, index, frame, ramps, look, marked[index]!)) // same length
    },
    bracket(parts) {
      for (const element of brackets) element.remove()
      brackets = parts.flatMap((part) => {
        const token = tokens[part.index]
        return token ? [appendBracket(token, part, tokens[part.index + 1] ?? null)] : []
      })
    },
    measure() {
      look = readLook(lane, look.ramps)
      canvas.measure()
    },
    resized() {
      look = readLook(lane, look.ramps)
      canvas.resized()
    },
    close: () => canvas.close(),
  }
}

/** Fills, underlines, feet and values; gives the number of tokens with a fill, and those in sight whose value is written. */
function paintColours(
  canvas: LaneCanvas,
  frame: LaneFrame,
  ramps: Ramps,
  look: LaneLook,
): { readonly coloured: number; readonly written: readonly number[] } {
  const written = new Set<number>()
  canvas.draw((context, first, last) => {
    const { left, right, top, bottom } = canvas.boxes
    for (let index = first; index < last; index++) {
      const [x, y, width] = [left[index]!, top[index]!, right[index]! - left[index]!] // inside
      const value = frame.values[index] ?? null
      const [step, fill] = fillOf(value, frame, ramps)
      if (fill !== undefined) {
        context.fillStyle = fill.background
        context.fillRect(x, y, width, bottom[index]! - y) // inside
      }
      if (frame.tone === 'signed' && value !== null && value < -underlined * frame.reach) {
        context.fillStyle = ramps.away[Math.min(rampSteps, 2 * step)]?.background ?? ''
        context.fillRect(x, bottom[index]! - 2, width, 2) // inside
      }
      if (frame.clipped.has(index)) paintCorner(context, right[index]! - 1, y + 1, fill?.text ?? look.valueInk) // inside
      const foot = footOf(frame.feet?.[index] ?? null, ramps)
      if (foot === '') continue
      context.fillStyle = foot
      context.fillRect(x, y + look.footTop, width, 3)
    }
    for (const index of writeValues(context, canvas, frame, look)) written.add(index)
  })
  const coloured = frame.values.filter((value) => fillOf(value, frame, ramps)[1] !== undefined).length
  return { coloured, written: [...written].toSorted((a, b) => a - b) }
}

/** What is off the scale has its upper right corner marked, at (x, y). */
function paintCorner(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  context.fillStyle = colour
  context.beginPath()
  context.moveTo(x, y)
  context.lineTo(x - 6, y)
  context.lineTo(x, y + 6)
  context.fill()
}

/** The strongest values below their tokens; what would stick out of the lane is moved in. */
function writeValues(
  context: CanvasRenderingContext2D,
  canvas: LaneCanvas,
  frame: LaneFrame,
  look: LaneLook,
): readonly number[] {
  const { left, right, top } = canvas.boxes
  context.font = look.font
  context.fillStyle = look.valueInk
  context.textAlign = 'center'
  context.textBaseline = 'top'
  const labels = frame.labelled.flatMap((index): PlacedLabel[] => {
    if (index >= top.length) return []
    const { width } = context.measureText(valueText(frame, index))
    const middle = (left[index]! + right[index]!) / 2 // inside
    const x = Math.max(width / 2, Math.min(canvas.width - width / 2, middle))
    return [{ index, x, y: top[index]!, width }] // inside
  })
  const kept = keepApart(labels)
  for (const { index, x, y } of kept) context.fillText(valueText(frame, index), x, y + look.valueTop)
  return kept.map(({ index }) => index)
}

function markToken(
  token: HTMLElement,
  index: number,
  frame: LaneFrame,
  ramps: Ramps,
  look: LaneLook,
  before: Marked,
): void {
  const isPale = token.classList.contains('special') || token.classList.contains('hollow') || isWaiting(frame, index)
  const ink = look.inkOn(fillOf(frame.values[index] ?? null, frame, ramps)[1], isPale)
  if (ink !== before.ink) token.style.color = before.ink = ink
  const sign = frame.signs.get(index) ?? ''
  if (sign !== before.sign) setSign(token, (before.sign = sign))
  const marks = marksOf(index, frame)
  if (marks === before.marks) return
  before.marks = marks
  token.dataset['marks'] = marks
  token.setAttribute('aria-selected', marks.includes('chosen') ? 'true' : 'false')
}

/** Where on its ramp a value stands, and the colour there; none at zero, which vanishes. */
export function fillOf(
  value: number | null,
  frame: Pick<LaneFrame, 'tone' | 'reach'>,
  ramps: Ramps,
): readonly [step: number, fill: Fill | undefined] {
  if (value === null) return [0, undefined]
  const size = frame.tone === 'amount' ? Math.sqrt(Math.max(0, value)) : Math.abs(value)
  const step = rampStep(size, frame.reach)
  if (step === 0) return [0, undefined]
  const ramp = frame.tone === 'amount' ? ramps.amount : value < 0 ? ramps.away : ramps.toward
  return [step, ramp[step]]
}

/** Below this weight a foot would be a line of the surface's colour. */
const faintFoot = 0.004

/** The colour of a foot that stands for attention; empty where it would not be seen. */
export const footOf = (weight: number | null, ramps: Ramps): string =>
  weight === null || weight < faintFoot ? '' : (ramps.amount[rampStep(Math.sqrt(weight), 1)]?.background ?? '')

/** Drawn by the stylesheet from the attribute, so that it is not selected or read out with the text. */
function setSign(token: HTMLElement, sign: string): void {
  token.querySelector(':scope > .flag')?.remove()
  if (sign === '') return
  const mark = token.ownerDocument.createElement('i')
  mark.className = 'flag'
  mark.dataset['v'] = sign
  token.append(mark)
}

const isWaiting = (frame: LaneFrame, index: number): boolean => frame.waiting?.(index) ?? false

/** The outline of a choice and the like, as words that the stylesheet matches. */
function marksOf(index: number, frame: LaneFrame): string {
  const marks: string[] = []
  if (isWaiting(frame, index)) marks.push('wait')
  if (frame.spot !== null && index >= frame.spot[0] && index <= frame.spot[1]) marks.push('spot')
  if (frame.chosen !== null) {
    const [first, last] = frame.chosen
    if (index >= first && index <= last) marks.push('chosen')
    if (index === first) marks.push('opens')
    if (index === last) marks.push('closes')
  }
  return marks.join(' ')
}

/** A value as the label under its token says it. */
export function valueText(frame: LaneFrame, index: number): string {
  const value = frame.values[index] ?? 0
  return frame.tone === 'amount' ? probability(value) : signed(value, digitsFor(frame.reach))
}

function appendBracket(
  token: HTMLElement,
  { person, opens, closes, level }: BracketPart,
  next: HTMLElement | null,
): HTMLElement {
  const mark = token.ownerDocument.createElement('i')
  const goesOn = !closes && next !== null && next.parentElement !== token.parentElement
  mark.className = ['who', opens && 'open', closes && 'close', goesOn && 'on'].filter(Boolean).join(' ')
  mark.dataset['dash'] = String(person.dash)
  if (opens) mark.dataset['name'] = initialOf(person.name)
  mark.style.setProperty('--p', personColour(person))
  mark.style.setProperty('--level', String(level))
  token.append(mark)
  return mark
}
