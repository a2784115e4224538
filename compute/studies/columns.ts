/** Columns that a study adds to the table of points: tensors `column.{name}`, one number per row of `ordinals`. */
import type { ComputedColumn, StudyTensor } from '#compute/types.ts'
import { floats, integers } from './study.ts'

/** A column with its numbers, NaN where a row has none. */
export interface FilledColumn extends ComputedColumn {
  readonly values: readonly number[]
}

/** The tensors of columns, and how they are called. */
export function fileColumns(
  rows: readonly number[],
  columns: readonly FilledColumn[],
): { readonly tensors: Readonly<Record<string, StudyTensor>>; readonly columns: readonly ComputedColumn[] } {
  const named = columns.map(({ name, values }) => [`column.${name}`, floats(values)] as const)
  return {
    tensors: { ordinals: integers(rows), ...Object.fromEntries(named) },
    columns: columns.map(({ values: _, ...column }) => column),
  }
}
