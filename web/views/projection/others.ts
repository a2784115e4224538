/** Where the others are in the plot: outlines round what they chose and rings round what they have open. Pure. */
import type { Selection } from '#collab/wire/document.ts'
import type { Person } from '#collab/wire/presence.ts'
import { decodePoints } from '#collab/wire/point-set.ts'
import { convexHull, outlinePath } from '#web/marks/points/hull.ts'
import type { Point, ViewTransform } from '#web/marks/points/view-transform.ts'
import { toScreen } from '#web/marks/points/view-transform.ts'
import type { Attendee } from '#web/collab/people.ts'
import type { Points } from '#web/state/point-table.ts'
import type { Rows } from './rows.ts'
import type { Places } from './stage.ts'

/** What one of the others has chosen here. */
export interface Other {
  readonly person: Person
  /** Rows of the layout. */
  readonly chosen: readonly number[]
  /** Points they chose, laid out or not. */
  readonly count: number
  /** Row of what they have open; −1 for none. */
  readonly open: number
}

/** More outlines than this hide the points; the rest are rows of the legend. */
export const mostOutlines = 3

/** A line this far outside the points, pixels. */
const distance = 9

/** Fewer points than this get a ring each. */
const leastHull = 3

/** Everybody else with something chosen or open in this layout, whoever chose last first. */
export function othersOf(
  people: readonly Attendee[],
  selections: ReadonlyMap<string, Selection>,
  points: Points,
  rows: Rows,
): readonly Other[] {
  const rowOfPoint = (point: number): number => (point < 0 ? -1 : (rows.rowOf[point] ?? -1))
  return people
    .filter(({ you }) => !you)
    .flatMap(({ person }) => {
      const selection = selections.get(person.id)
      return selection === undefined ? [] : [{ person, selection }]
    })
    .toSorted((left, right) => right.selection.at - left.selection.at)
    .map(({ person, selection }) => {
      const ordinals = decodePoints(selection.points)
      const chosen = Array.from(ordinals, (ordinal) => rowOfPoint(points.indexOfOrdinal(ordinal))).filter(
        (row) => row >= 0,
      )
      const open = selection.instance === null ? -1 : rowOfPoint(points.indexOf(selection.instance))
      return { person, chosen, count: ordinals.length, open }
    })
    .filter(({ count, open }) => count > 0 || open >= 0)
}

/** Who has a row open, by row: the one who moved last first. */
export function openBy(others: readonly Pick<Other, 'person' | 'open'>[]): ReadonlyMap<number, readonly Person[]> {
  const rows = new Map<number, Person[]>()
  for (const { person, open } of others) if (open >= 0) rows.set(open, [...(rows.get(open) ?? []), person])
  return rows
}

export interface Outline {
  /** SVG path in pixels. */
  readonly path: string
  /** Where the name tag stands: below the outline. */
  readonly tag: Point
}

/** The line round the rows somebody chose; null where none is laid out. */
export function outlineOf(chosen: readonly number[], places: Places, view: ViewTransform): Outline | null {
  if (chosen.length === 0) return null
  const points = chosen.map((row) => toScreen(view, [places.x[row]!, places.y[row]!]))
  const hulls = points.length < leastHull ? points.map((point) => [point]) : [convexHull(points)]
  const middle = points.reduce((sum, [x]) => sum + x, 0) / points.length
  const lowest = points.reduce((most, [, y]) => Math.max(most, y), -Infinity)
  return { path: hulls.map((hull) => outlinePath(hull, distance)).join(''), tag: [middle, lowest + distance + 3] }
}
