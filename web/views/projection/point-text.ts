/** What is said of one point, on its card and aloud. Pure. */
import { plain, share } from '#web/marks/numbers.ts'
import type { Column } from '#web/state/point-table.ts'
import type { PlotModel } from './model.ts'

/** Attributes on a card. */
const mostRows = 3

/** The value of a column for one point, with its unit. */
export function valueText(column: Column, point: number): string {
  if (column.type === 'category') return column.levels[column.codes[point] ?? -1] ?? 'no value'
  const value = column.values[point] ?? Number.NaN
  if (Number.isNaN(value)) return 'no value'
  const text = Number.isInteger(value) ? plain(value, 0) : plain(value, 2)
  return column.unit === '' ? text : `${text} ${column.unit}`
}

/** Columns worth a line: the one that colours the points first, then the corpus' own, then what the model wrote. */
export function cardColumns(columns: readonly Column[], colour: string): readonly Column[] {
  const rank = ({ name, origin }: Column): number =>
    `column:${name}` === colour ? 0 : { study: 1, corpus: 2, output: 3 }[origin]
  return columns.toSorted((left, right) => rank(left) - rank(right)).slice(0, mostRows)
}

/** "7 of 15 neighbours kept"; null where it was not measured. */
export function keptText(model: PlotModel, row: number): string | null {
  const laid = model.laid()
  const kept = laid?.kept?.[row]
  if (laid === null || kept === undefined || Number.isNaN(kept)) return null
  return share(Math.round(kept * laid.neighbourCount), laid.neighbourCount)
}

/** What a reader of the screen hears of a point: id, values, whether it is chosen. */
export function describePoint(model: PlotModel, row: number): string {
  const point = model.rows().pointOf[row] ?? -1
  const id = model.points().ids[point]
  if (id === undefined) return 'A point without a row in the table'
  const values = cardColumns(model.points().columns, model.colour()).map(
    (column) => `${column.title} ${valueText(column, point)}`,
  )
  const kept = keptText(model, row)
  return [
    id,
    ...values,
    ...(kept === null ? [] : [`${kept} neighbours kept`]),
    ...(model.chosen()?.[point] === 1 ? ['selected'] : []),
    ...(model.open() === row ? ['open'] : []),
  ].join(', ')
}
