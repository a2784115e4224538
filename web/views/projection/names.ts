/** Names inside the plot: what the groups of a colouring are called, at the spot where most of each lies. Pure. */
import type { Box, LabelWish, PlacedLabel } from '#web/marks/points/labels.ts'
import { placeLabels } from '#web/marks/points/labels.ts'
import { peaksOf } from '#web/marks/points/peaks.ts'
import type { Point, Size, ViewTransform } from '#web/marks/points/view-transform.ts'
import { boundsOf, toScreen } from '#web/marks/points/view-transform.ts'
import type { CategoryColumn } from '#web/state/point-table.ts'
import type { Rows } from './rows.ts'
import type { Places } from './stage.ts'

/** Groups that are named: more make a plot of words. */
const mostNames = 40
/** Characters of a name; the rest is in the legend. */
const longest = 24
/** Mean width of a character of 11 px type. */
const perCharacter = 5.7
const lineHeight = 13

/** A group with its name and the middle of its densest spot in the layout. */
export interface Spot {
  readonly name: string
  readonly at: Point
}

/** The spots of the commonest levels. Rows that a filter left out do not count; a level without any other row has no spot. */
export function spotsOf(
  places: Places,
  rows: Rows,
  column: CategoryColumn,
  matching: Uint8Array | null,
): readonly Spot[] {
  const group = Int32Array.from(rows.pointOf, (point) => {
    const code = point < 0 || matching?.[point] === 0 ? -1 : (column.codes[point] ?? -1)
    return code < mostNames ? code : -1
  })
  const groups = Math.min(mostNames, column.levels.length)
  return peaksOf(places.x, places.y, group, groups, boundsOf(places.x, places.y)).flatMap((at, level) => {
    const name = column.levels[level] ?? ''
    return at === null || name === '' ? [] : [{ name: cut(name), at }]
  })
}

/** A name as long as there is room for. */
export const cut = (name: string): string => (name.length > longest ? `${name.slice(0, longest - 1)}…` : name)

/** Where the names stand in a view: none over another or over what is `taken`. */
export function placeNames(
  spots: readonly Spot[],
  view: ViewTransform,
  size: Size,
  taken: Box[],
): readonly PlacedLabel[] {
  const wishes = spots.map(({ name, at }): LabelWish => {
    const [x, y] = toScreen(view, at)
    return { text: name, x, y, width: name.length * perCharacter + 4, height: lineHeight, gap: 10 }
  })
  return placeLabels(wishes, size, taken)
}
