/** Rows and ranges of the legend as filters that everybody sees applied. Pure. */
import type { Filter } from '#collab/wire/document.ts'
import type { CategoryColumn } from '#web/state/point-table.ts'
import type { LevelRow } from './colouring.ts'

export type Change =
  | { readonly kind: 'add'; readonly filter: Filter }
  | { readonly kind: 'change'; readonly id: string; readonly filter: Filter }
  | { readonly kind: 'remove'; readonly id: string }

type Filters = ReadonlyMap<string, Filter>

/** Values that one filter may name; a row of more levels is written as what it is not. */
const mostValues = 50

/** The filter of a column that its legend reads and writes: the first one there is. */
export function filterOf(
  filters: Filters,
  field: string,
  kind: 'is' | 'range',
): readonly [id: string, filter: Filter] | null {
  return [...filters].find(([, filter]) => filter.kind === kind && 'field' in filter && filter.field === field) ?? null
}

/** Whether a filter lets a row of the legend through. */
export function isShown(row: LevelRow, column: CategoryColumn, filters: Filters): boolean {
  const found = filterOf(filters, column.name, 'is')?.[1]
  if (found?.kind !== 'is') return true
  return row.levels.some((level) => found.values.includes(column.levels[level] ?? '') !== found.not)
}

/** Click: only this row; again: all of them. With `toggle`, the row is added to what is shown, or taken out of it. */
export function clickRow(
  row: LevelRow,
  rows: readonly LevelRow[],
  column: CategoryColumn,
  filters: Filters,
  toggle: boolean,
): Change | null {
  const found = filterOf(filters, column.name, 'is')
  const shown = rows.filter((each) => isShown(each, column, filters))
  const alone = shown.length === 1 && shown[0] === row
  const next = toggle ? toggled(row, rows, shown) : alone ? rows : [row]
  if (next.length === 0 || next.length === rows.length) return found === null ? null : { kind: 'remove', id: found[0] }
  const filter = levelsFilter(next, rows, column)
  if (filter === null) return null
  return found === null ? { kind: 'add', filter } : { kind: 'change', id: found[0], filter }
}

const toggled = (row: LevelRow, rows: readonly LevelRow[], shown: readonly LevelRow[]): readonly LevelRow[] =>
  rows.filter((each) => shown.includes(each) !== (each === row))

/** Named by what is shown, or by what is not where that is shorter; null where neither can be written. */
function levelsFilter(next: readonly LevelRow[], rows: readonly LevelRow[], column: CategoryColumn): Filter | null {
  const values = (of: readonly LevelRow[]): string[] =>
    of.flatMap(({ levels }) => levels.map((level) => column.levels[level] ?? ''))
  const is = values(next)
  const not = values(rows.filter((row) => !next.includes(row)))
  const field = column.name
  if (is.length <= Math.min(mostValues, Math.max(ownNames, not.length)))
    return { kind: 'is', field, values: is, not: false }
  return not.length <= mostValues ? { kind: 'is', field, values: not, not: true } : null
}

/** So many names are read more easily than what is left out. */
const ownNames = 7

/** A range dragged on a histogram; null lets go of it. */
export function dragRange(field: string, range: readonly [number, number] | null, filters: Filters): Change | null {
  const found = filterOf(filters, field, 'range')
  if (range === null) return found === null ? null : { kind: 'remove', id: found[0] }
  const filter: Filter = { kind: 'range', field, min: range[0], max: range[1] }
  return found === null ? { kind: 'add', filter } : { kind: 'change', id: found[0], filter }
}
