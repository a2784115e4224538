import { setImmediate as breathe } from 'node:timers/promises'
import { type Column, type Profile, type SortedValues, classify, makeProfile, observe, sortValues } from './columns.ts'
import { parseLine, readId, readReference, readSource, refuse } from './line.ts'

/** Which columns have a meaning of their own. */
export interface FieldNames {
  readonly id?: string | undefined
  readonly source?: string | undefined
  readonly reference?: string | undefined
}

/** One instance as it is stored. */
export interface CorpusRow extends SortedValues {
  readonly id: string
  readonly ordinal: number
  readonly source: string
  readonly reference: string | null
}

export interface ParsedCorpus {
  readonly columns: readonly Column[]
  readonly rows: readonly CorpusRow[]
  readonly bytes: number
}

/** All rows are held in memory while they are stored. */
export const MAX_ROWS = 200_000
const MAX_COLUMNS = 200

/** Rows between two pauses in which the server answers others. */
const SLICE = 500

interface RawRow {
  readonly line: number
  readonly values: ReadonlyMap<string, unknown>
}

/**
 * Reads a corpus from JSONL, one object a line. `keep` names columns that stay attributes although they are the reference. Throws
 * a Refusal that names the line.
 */
export async function parseCorpus(
  text: string,
  fields: FieldNames = {},
  keep: readonly string[] = [],
): Promise<ParsedCorpus> {
  const names = { id: fields.id ?? 'id', source: fields.source ?? 'source', reference: fields.reference ?? 'reference' }
  const raw = await parseLines(text)
  if (raw.length === 0) throw refuse(1, 'there are no rows: give one JSON object a line')
  const profiles = await profileColumns(raw, names, keep)
  const columns = [...profiles.values()].map((profile) => ({ name: profile.name, type: classify(profile, raw.length) }))
  const seen = new Map<string, number>()
  const rows: CorpusRow[] = []
  for (const row of raw) {
    if (rows.length % SLICE === 0) await breathe()
    rows.push(makeRow(row, rows.length, names, columns, seen))
  }
  return { columns, rows, bytes: Buffer.byteLength(text) }
}

async function parseLines(text: string): Promise<readonly RawRow[]> {
  const rows: RawRow[] = []
  let line = 0
  for (const content of text.replace(/^\ufeff/, '').split('\n')) {
    line++
    if (content.trim() === '') continue
    if (rows.length === MAX_ROWS) throw refuse(line, `a corpus has at most ${MAX_ROWS} rows; split it`)
    if (rows.length % SLICE === 0) await breathe()
    rows.push({ line, values: parseLine(content, line) })
  }
  return rows
}

type Names = Readonly<Record<'id' | 'source' | 'reference', string>>

async function profileColumns(
  rows: readonly RawRow[],
  names: Names,
  keep: readonly string[],
): Promise<ReadonlyMap<string, Profile>> {
  const own = new Set([names.id, names.source, names.reference])
  const profiles = new Map<string, Profile>()
  for (const [index, row] of rows.entries()) {
    if (index % SLICE === 0) await breathe()
    for (const [name, value] of row.values) {
      if (own.has(name) && !keep.includes(name)) continue
      const profile = profiles.get(name) ?? makeProfile(name)
      profiles.set(name, profile)
      observe(profile, value)
    }
    if (profiles.size > MAX_COLUMNS) throw refuse(row.line, `a corpus has at most ${MAX_COLUMNS} columns`)
  }
  return profiles
}

function makeRow(
  { line, values }: RawRow,
  ordinal: number,
  names: Names,
  columns: readonly Column[],
  seen: Map<string, number>,
): CorpusRow {
  return {
    id: makeRowId(values.get(names.id), line, ordinal, seen),
    ordinal,
    source: readSource(values.get(names.source), names.source, line),
    reference: readReference(values.get(names.reference), names.reference, line),
    ...sortValues(values, columns),
  }
}

function makeRowId(value: unknown, line: number, ordinal: number, seen: Map<string, number>): string {
  const id = readId(value, ordinal)
  const before = seen.get(id)
  if (before !== undefined) throw refuse(line, `the id "${id}" was used in line ${before}; every row needs its own`)
  seen.set(id, line)
  return id
}
