/** Which rows of a file can be taken, and what each becomes: the same rules when a file is surveyed and when it is taken in. */
import { type Column, sortValues } from '../corpus/columns.ts'
import { readId, referenceProblem, sourceProblem } from '../corpus/line.ts'
import { type CorpusRow, MAX_ROWS } from '../corpus/rows.ts'
import { storable } from '../text.ts'
import type { IntakeFields } from '../wire/intakes.ts'
import type { FoundRow } from './found-row.ts'

/** As with rows, all of them are held in memory while they are stored. */
const MAX_CHARACTERS = 256_000_000

export interface Judge {
  /** Rows taken so far. */
  readonly rows: number
  readonly characters: number
  /** What the row has to say of its own, or why it cannot be taken. */
  judge(row: FoundRow): Taken | string
  /** Why no further row is taken; null while there is room. */
  full(): string | null
}

export type Taken = Pick<CorpusRow, 'id' | 'ordinal' | 'source' | 'reference'> & {
  readonly values: ReadonlyMap<string, unknown>
}

export function makeJudge({ source, reference, id: idColumn }: IntakeFields, isKept: (name: string) => boolean): Judge {
  const ids = new Map<string, string>()
  let [rows, characters] = [0, 0]
  const problemOf = ({ problem, values }: FoundRow): string | null => {
    if (values === null) return problem
    if (source === null) return 'no column holds the text that the model reads; choose one as source'
    const given = reference === null ? null : values.get(reference)
    return sourceProblem(values.get(source), source) ?? referenceProblem(given, reference ?? '')
  }
  return {
    get rows() {
      return rows
    },
    get characters() {
      return characters
    },
    judge(row) {
      const problem = problemOf(row)
      const { values, place } = row
      if (problem !== null || values === null || source === null) return problem ?? ''
      const id = readId(idColumn === null ? null : values.get(idColumn), rows)
      const before = ids.get(id)
      if (before !== undefined) return `the id "${id}" was used in ${before}; every row needs its own`
      ids.set(id, place)
      rows += 1
      for (const [name, value] of values) if (isKept(name)) characters += sizeOf(value)
      const given = reference === null ? null : values.get(reference)
      return {
        id,
        ordinal: rows - 1,
        source: storable(String(values.get(source))),
        reference: typeof given === 'string' ? storable(given) : null,
        values,
      }
    },
    full() {
      if (rows === MAX_ROWS) return `a corpus has at most ${MAX_ROWS.toLocaleString('en')} rows`
      return characters > MAX_CHARACTERS ? `a corpus has at most ${MAX_CHARACTERS / 1e6} million characters` : null
    },
  }
}

const sizeOf = (value: unknown): number =>
  typeof value === 'string'
    ? value.length
    : typeof value === 'object' && value !== null
      ? JSON.stringify(value).length
      : 8

/** A row as it is stored. */
export function storeRow({ values, ...own }: Taken, columns: readonly Column[]): CorpusRow {
  const typed = new Map(values)
  for (const { name, type } of columns) if (type === 'number') typed.set(name, toNumber(values.get(name)))
  return { ...own, ...sortValues(typed, columns) }
}

/** Separated values have no types: a column of numbers comes as text. */
const toNumber = (value: unknown): unknown => (typeof value === 'string' ? Number(value) : value)

/** A number as programs write it. What begins with a needless zero is a code, such as 007. */
export const isNumberText = (text: string): boolean => /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)
