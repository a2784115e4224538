/** The path of the decoder through its steps: where each stands, how dark it is, and which are named. Pure. */
import type { Box, LabelWish, PlacedLabel } from '#web/marks/points/labels.ts'
import { boxAround, placeLabels } from '#web/marks/points/labels.ts'
import type { Point, Size } from '#web/marks/points/view-transform.ts'

/** One state of the decoder: the one that led to an output token. */
export interface Step {
  /** Place of the instance in the list that was asked for; 0 is the open one. */
  readonly of: number
  /** Index of the output token. */
  readonly index: number
  readonly label: string
  /** Whether its token begins a word. */
  readonly begins: boolean
  readonly at: Point
}

/** Share of ink in the colour of a step: light at the start, dark at the end. */
export const inkOf = (index: number, count: number): number => 0.18 + (0.7 * index) / Math.max(1, count - 1)

const diamondPath = ([x, y]: Point, r: number): string =>
  `M${x.toFixed(1)} ${(y - r).toFixed(1)}l${r} ${r}-${r} ${r}-${r}-${r}z`

export const stepRadius = 3.2
export const chosenRadius = 5

export const stepPath = (at: Point, chosen: boolean): string => diamondPath(at, chosen ? chosenRadius : stepRadius)

const perCharacter = 5.7
/** The chosen step's name is larger and bold. */
const perStrongCharacter = 7.4
const height = 12
const strongHeight = 15

/**
 * Names of steps, none over another: first the chosen ones, then both ends, then beginnings of words; pieces within words only where
 * nothing else has a name yet. None stands in what is reserved.
 */
export function nameSteps(
  steps: readonly Step[],
  chosen: ReadonlySet<number>,
  size: Size,
  reserved: readonly Box[] = [],
): readonly PlacedLabel[] {
  const last = steps.length - 1
  const rank = (step: Step, position: number): number => {
    if (chosen.has(step.index) && step.of === 0) return 0
    if (position === 0 || position === last) return 1
    return step.begins ? 2 : 3
  }
  const ordered = steps
    .map((step, position) => ({ step, rank: rank(step, position) }))
    .toSorted((a, b) => a.rank - b.rank)
  const marks = steps.map(({ at: [x, y] }) => boxAround(x, y, stepRadius))
  const first = ordered.filter((each) => each.rank === 0).map(({ step }) => wishOf(step, true))
  const taken: Box[] = [...marks, ...reserved]
  const placed = placeLabels(first, size, taken)
  // A chosen step is named even where that covers marks.
  const chosenNames = placed.length > 0 ? placed : placeLabels(first, size, [...reserved])
  if (placed.length === 0) taken.push(...chosenNames.map(({ box }) => box))
  const others = ordered.filter((each) => each.rank > 0 && each.rank < 3).map(({ step }) => wishOf(step, false))
  return [...chosenNames, ...placeLabels(others, size, taken)]
}

const wishOf = ({ label, at: [x, y] }: Step, strong: boolean): LabelWish => ({
  text: label,
  x,
  y,
  width: label.length * (strong ? perStrongCharacter : perCharacter) + 2,
  height: strong ? strongHeight : height,
  gap: 5,
})

/** Fits points into a box with both axes stretched on their own: the axes of a PCA of states have scales of their own. */
export function stretch(xy: ArrayLike<number>, { width, height: high }: Size, padding: number): readonly Point[] {
  const n = xy.length >> 1
  const range = (axis: 0 | 1): readonly [number, number] => {
    let [least, most] = [Infinity, -Infinity]
    for (let i = 0; i < n; i++) {
      least = Math.min(least, xy[2 * i + axis]!)
      most = Math.max(most, xy[2 * i + axis]!)
    }
    return [least, Math.max(1e-9, most - least)]
  }
  const [[left, wide], [bottom, tall]] = [range(0), range(1)]
  return Array.from({ length: n }, (_, i) => [
    padding + ((xy[2 * i]! - left) / wide) * Math.max(1, width - 2 * padding),
    high - padding - ((xy[2 * i + 1]! - bottom) / tall) * Math.max(1, high - 2 * padding),
  ])
}
