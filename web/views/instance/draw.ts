/** Paints lanes: sets colours and marks on elements that are there already, and only where something changed. */
import { personColour, initialOf } from '#web/widgets/person.ts'
import { probability, signed } from '#web/marks/numbers.ts'
import type { Fill, Ramps } from '#web/marks/ramp.ts'
import { rampStep, rampSteps } from '#web/marks/ramp.ts'
import type { BracketPart } from './brackets.ts'
import type { LaneFrame, PlacedLabel } from './frame.ts'
import { digitsFor, keepApart } from './frame.ts'

/** Below this share of the scale the text keeps its colour. */
const faint = 0.04 * rampSteps
/** Opposing values carry an underline from this share on, at twice the strength of the fill, so that sign survives grey. */
const underlined = 0.06
/** Width of a digit of the label's type. */
const digitWidth = 5.6

export interface LanePainter {
  paint(frame: LaneFrame, ramps: Ramps): void
  bracket(parts: readonly BracketPart[]): void
}

interface Painted {
  foot: string
  sign: string
  background: string
  minus: string
  ink: string
  marks: string
}

/** A painter for the token elements of one lane, in order. */
export function makeLanePainter(tokens: readonly HTMLElement[]): LanePainter {
  const painted: Painted[] = tokens.map(() => ({ foot: '', sign: '', background: '', minus: '', ink: '', marks: '' }))
  let labels: HTMLElement[] = []
  let brackets: HTMLElement[] = []
  return {
    paint(frame, ramps) {
      // Read before anything is written: colours move nothing, and the page is laid out once instead of twice.
      const placed = keepApart(placeLabels(tokens, frame))
      tokens.forEach((token, index) => paintToken(token, index, frame, ramps, painted[index]!)) // same length
      for (const label of labels) label.remove()
      labels = placed.map(
        (label) => appendLabel(tokens[label.index]!, valueText(frame, label.index), label.fromStart), // placed from these tokens
      )
    },
    bracket(parts) {
      for (const element of brackets) element.remove()
      brackets = parts.flatMap((part) => {
        const token = tokens[part.index]
        return token ? [appendBracket(token, part, tokens[part.index + 1] ?? null)] : []
      })
    },
  }
}

function paintToken(token: HTMLElement, index: number, frame: LaneFrame, ramps: Ramps, before: Painted): void {
  const value = frame.values[index] ?? null
  const [step, fill] = fillOf(value, frame, ramps)
  const background = fill?.background ?? ''
  if (background !== before.background) token.style.backgroundColor = before.background = background
  const ink = fill && step >= faint ? fill.text : ''
  if (ink !== before.ink) token.style.color = before.ink = ink
  const against = frame.tone === 'signed' && value !== null && value < -underlined * frame.reach
  const minus = against ? (ramps.away[Math.min(rampSteps, 2 * step)]?.background ?? '') : ''
  if (minus !== before.minus) token.style.borderBottomColor = before.minus = minus
  const foot = footOf(frame.feet?.[index] ?? null, ramps)
  if (foot !== before.foot) setFoot(token, (before.foot = foot))
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

function setFoot(token: HTMLElement, colour: string): void {
  let foot = token.querySelector<HTMLElement>(':scope > .look')
  if (colour === '') return foot?.remove()
  if (foot === null) {
    foot = token.ownerDocument.createElement('i')
    foot.className = 'look'
    token.append(foot)
  }
  foot.style.backgroundColor = colour
}

/** Drawn by the stylesheet from the attribute, like a value: the token's own name says what it means. */
function setSign(token: HTMLElement, sign: string): void {
  token.querySelector(':scope > .flag')?.remove()
  if (sign === '') return
  const mark = token.ownerDocument.createElement('i')
  mark.className = 'flag'
  mark.dataset['v'] = sign
  token.append(mark)
}

/** Outline of the choice and corner of what is off the scale, as words that the stylesheet matches. */
function marksOf(index: number, frame: LaneFrame): string {
  const marks: string[] = []
  if (frame.clipped.has(index)) marks.push('clip')
  if (frame.waiting?.(index)) marks.push('wait')
  if (frame.spot !== null && index >= frame.spot[0] && index <= frame.spot[1]) marks.push('spot')
  if (frame.chosen !== null) {
    const [first, last] = frame.chosen
    if (index >= first && index <= last) marks.push('chosen')
    if (index === first) marks.push('opens')
    if (index === last) marks.push('closes')
  }
  return marks.join(' ')
}

interface Label extends PlacedLabel {
  readonly fromStart: boolean
}

function placeLabels(tokens: readonly HTMLElement[], frame: LaneFrame): readonly Label[] {
  return frame.labelled.flatMap((index) => {
    const token = tokens[index]
    if (token === undefined) return []
    const width = valueText(frame, index).length * digitWidth
    const middle = token.offsetLeft + token.offsetWidth / 2
    // What would stick out of the lane on the left begins where its token does.
    const fromStart = middle < width / 2
    return [{ index, x: fromStart ? token.offsetLeft + width / 2 : middle, y: token.offsetTop, width, fromStart }]
  })
}

/** A value as the label under its token says it. */
export function valueText(frame: LaneFrame, index: number): string {
  const value = frame.values[index] ?? 0
  return frame.tone === 'amount' ? probability(value) : signed(value, digitsFor(frame.reach))
}

/** Under the middle of its token; where that would stick out of the lane on the left, from the token's start on. */
function appendLabel(token: HTMLElement, text: string, fromStart: boolean): HTMLElement {
  const label = token.ownerDocument.createElement('i')
  label.className = fromStart ? 'value start' : 'value'
  // Drawn by the stylesheet from the attribute, so that it is not selected or read out with the text.
  label.dataset['v'] = text
  token.append(label)
  return label
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
