/** All heads as rows of a table: sorted by any column, and copied as it stands. */
import type { Head } from '#compute/types.ts'
import type { MapValues } from './cells.ts'
import type { HeadMap } from './heads.ts'
import { indexOf } from './heads.ts'
import type { Metric } from './metrics.ts'

export interface TableColumn {
  readonly metric: Metric
  readonly values: readonly MapValues[]
}

export interface TableRow {
  readonly head: Head
  /** One a column: of the instance where it is known, else the mean over the corpus. */
  readonly values: readonly number[]
}

/** `by` is the place of a column; null keeps the order of the maps. */
export interface TableOrder {
  readonly by: number | null
  readonly descending: boolean
}

export function rowsOf(
  maps: readonly HeadMap[],
  columns: readonly TableColumn[],
  { by, descending }: TableOrder,
): readonly TableRow[] {
  const rows = maps.flatMap((map) =>
    Array.from({ length: map.layers * map.heads }, (_, at): TableRow => {
      const head = { kind: map.kind, layer: Math.floor(at / map.heads), head: at % map.heads }
      return { head, values: columns.map(({ values }) => valueOf(values, head)) }
    }),
  )
  if (by === null) return rows
  const sign = descending ? -1 : 1
  // What is not known comes last, whichever way the rest runs.
  return rows.toSorted((left, right) => {
    const [a, b] = [left.values[by] ?? Number.NaN, right.values[by] ?? Number.NaN]
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
    return sign * (a - b)
  })
}

/** Of the instance where it is known, else the mean; NaN without either. */
export function valueOf(values: readonly MapValues[], head: Head): number {
  const own = values.find(({ map }) => map.kind === head.kind)
  const known = own?.instance ?? own?.mean
  return own && known ? (known[indexOf(head, own.map)] ?? Number.NaN) : Number.NaN
}

/** Tab-separated with a head line that names units: what a spreadsheet takes. Values in full, unknown ones empty. */
export function tsvOf(
  rows: readonly TableRow[],
  columns: readonly TableColumn[],
  nameOf: (head: Head) => string,
  isPruned: (head: Head) => boolean,
): string {
  const titles = columns.map(({ metric }) => (metric.unit === '' ? metric.label : `${metric.label} (${metric.unit})`))
  const lines = rows.map(({ head, values }) => [
    nameOf(head),
    ...values.map((value) => (Number.isNaN(value) ? '' : String(Number(value.toPrecision(6))))),
    isPruned(head) ? 'left out' : '',
  ])
  return [['head', ...titles, 'state'], ...lines].map((line) => line.join('\t')).join('\n')
}
