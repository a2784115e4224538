/** What one lane shows, as plain values: computed here, painted by draw.ts. */
import type { TokenChoice } from '#collab/wire/document.ts'
import type { Piece, Unit } from '#web/marks/pieces.ts'
import { groupOf, mergeGroups } from '#web/marks/pieces.ts'
import { strongest } from '#web/marks/scale.ts'
import { spanOf } from './layout.ts'

export type Side = TokenChoice['side']

export interface LaneFrame {
  /** `signed`: contributions, both ramps. `amount`: attention weights, one ramp, drawn by their square root. */
  readonly tone: 'signed' | 'amount'
  /** Value of each token's fill; null leaves the box empty. */
  readonly values: readonly (number | null)[]
  /** Tokens whose value is off the scale and that carry its mark: in words and sentences, the last piece. */
  readonly clipped: ReadonlySet<number>
  /** The value at which a ramp ends. */
  readonly reach: number
  /** Tokens that carry their value below, the strongest first. */
  readonly labelled: readonly number[]
  /** The chosen tokens. */
  readonly chosen: readonly [first: number, last: number] | null
  /** Tokens that a piece of evidence is about. */
  readonly spot: readonly [first: number, last: number] | null
  /** Tokens whose own attribution is still being refined; null when none is. */
  readonly waiting: ((index: number) => boolean) | null
  readonly unit: Unit
  /** Attention weight under each token, drawn like an `amount`; null for a lane without. */
  readonly feet: readonly (number | null)[] | null
  /** Signs at the upper corner of tokens, by index. */
  readonly signs: ReadonlyMap<number, string>
  /** Whether the colours are those of the choice before, which stand until the new ones are here: without numbers. */
  readonly held: boolean
}

/** Digits of the values on a scale: small scales need a third. */
export const digitsFor = (reach: number): number => (reach < 0.1 ? 3 : 2)

/** How many tokens of each lane carry their value as text. */
const labels = { source: 5, output: 4 } as const
/** Smaller values are not worth a label: a share of the scale, and a weight. */
const labelFloor = { signed: 0.1, amount: 0.03 } as const

export interface FrameParts extends Pick<LaneFrame, 'tone' | 'reach' | 'waiting' | 'feet' | 'signs' | 'held' | 'unit'> {
  readonly side: Side
  readonly pieces: readonly Piece[]
  /** One value a piece, or null for a lane without values. */
  readonly values: readonly (number | null)[] | null
  readonly choice: TokenChoice | null
  readonly spot: TokenChoice | null
}

export function makeFrame(parts: FrameParts): LaneFrame {
  const { side, tone, pieces, values, choice, spot, waiting, unit, feet, signs, held } = parts
  const reach = tone === 'amount' ? 1 : parts.reach
  const own = values ?? pieces.map(() => null)
  const shown = unit === 'pieces' ? own : mergeGroups(own, pieces, unit)
  const once = unit === 'pieces' ? shown : onFirstPieces(shown, pieces, unit)
  return {
    tone,
    values: shown,
    clipped: tone === 'amount' ? none : clippedOf(shown, pieces, reach, unit),
    reach,
    labelled: held ? [] : strongest(once, labels[side], labelFloor[tone] * reach),
    chosen: choice?.side === side ? spanOf(choice) : null,
    spot: spot?.side === side ? spanOf(spot) : null,
    waiting,
    unit,
    feet: feet && unit !== 'pieces' ? mergeGroups(feet, pieces, unit) : feet,
    signs,
    held,
  }
}

const none: ReadonlySet<number> = new Set()

function clippedOf(
  values: readonly (number | null)[],
  pieces: readonly Piece[],
  reach: number,
  unit: Unit,
): ReadonlySet<number> {
  const ends = (index: number): boolean => !sameGroup(pieces, index, index + 1, unit)
  return new Set(values.flatMap((value, index) => (Math.abs(value ?? 0) > reach && ends(index) ? [index] : [])))
}

/** Every piece of a group has the group's total; the label stands once, under its first piece. */
const onFirstPieces = (
  values: readonly (number | null)[],
  pieces: readonly Piece[],
  unit: Unit,
): readonly (number | null)[] =>
  values.map((value, index) => (sameGroup(pieces, index, index - 1, unit) ? null : value))

function sameGroup(pieces: readonly Piece[], index: number, other: number, unit: Unit): boolean {
  const [here, there] = [pieces[index], pieces[other]]
  return here !== undefined && there !== undefined && groupOf(here, unit) === groupOf(there, unit)
}

/** Labels in the order given, leaving out each one that would touch an earlier one. */
export function keepApart<Label extends PlacedLabel>(labels: readonly Label[]): readonly Label[] {
  const kept: Label[] = []
  for (const label of labels) {
    const touches = kept.some(
      (other) => Math.abs(other.y - label.y) < 8 && Math.abs(other.x - label.x) < (other.width + label.width) / 2 + 3,
    )
    if (!touches) kept.push(label)
  }
  return kept
}

export interface PlacedLabel {
  readonly index: number
  /** Middle of the label. */
  readonly x: number
  readonly y: number
  readonly width: number
}
