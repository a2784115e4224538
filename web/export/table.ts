/** Numbers as tables: CSV for spreadsheets, records for JSON. */

export type CellValue = string | number | boolean | null

export interface Column {
  /** Short, without spaces: the header of the column. */
  readonly name: string
  /** `nats`, `tokens`, ... Written into the header; null for what has none. */
  readonly unit: string | null
  readonly values: readonly CellValue[]
}

/** Columns of equal length. */
export type Table = readonly Column[]

/**
 * The table as RFC 4180 has it: lines end in CRLF, fields with commas, quotes or line ends are quoted, quotes are doubled. There are no comments in
 * that format, so where the numbers come from stands in a last column, on the first row.
 */
export function toCsv(table: Table, provenance: string): string {
  const rows = Math.max(1, ...table.map(({ values }) => values.length))
  const columns = [...table, { name: 'provenance', unit: null, values: [provenance] }]
  const lines = [columns.map(headerOf)]
  for (let row = 0; row < rows; row++) lines.push(columns.map(({ values }) => cellText(values[row] ?? null)))
  return lines.map((cells) => `${cells.map(quoteCell).join(',')}\r\n`).join('')
}

/** One object a row. */
export function toRecords(table: Table): readonly Readonly<Record<string, CellValue>>[] {
  const rows = Math.max(0, ...table.map(({ values }) => values.length))
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(table.map(({ name, values }) => [name, finiteOrNull(values[row] ?? null)])),
  )
}

const headerOf = ({ name, unit }: Column): string => (unit === null ? name : `${name} (${unit})`)

/** Spreadsheets run texts that begin like a formula; an apostrophe, which they hide, keeps a token of a hostile corpus a text. */
const formula = /^[=+\-@\t\r]./s

function cellText(value: CellValue): string {
  const present = finiteOrNull(value)
  if (typeof present === 'string' && formula.test(present)) return `'${present}`
  return present === null ? '' : String(present)
}

/** NaN and the infinities are no numbers of JSON, and spreadsheets read them as text. */
const finiteOrNull = (value: CellValue): CellValue =>
  typeof value === 'number' && !Number.isFinite(value) ? null : value

const quoteCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
