import { setImmediate as breathe } from 'node:timers/promises'
import { identifier } from '#collab/wire/identifiers.ts'
import { Refusal } from '../errors.ts'
import { storable } from '../text.ts'
import { type Column, type Profile, classify, makeProfile, observe, toAttribute } from './columns.ts'
import type { AttributeValue } from '../wire/instances.ts'

/** Which columns have a meaning of their own. */
export interface FieldNames {
  readonly id?: string | undefined
  readonly source?: string | undefined
  readonly reference?: string | undefined
}

/** One instance as it is stored. */
export interface CorpusRow {
  readonly id: string
  readonly ordinal: number
  readonly source: string
  readonly reference: string | null
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly data: Readonly<Record<string, unknown>> | null
}

export interface ParsedCorpus {
  readonly columns: readonly Column[]
  readonly rows: readonly CorpusRow[]
  readonly bytes: number
}

const MAX_ROWS = 200_000
const MAX_COLUMNS = 200
const MAX_SOURCE = 500_000
const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

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

function parseLine(content: string, line: number): ReadonlyMap<string, unknown> {
  // As a name, however deep, it would become the prototype of what somebody reads later.
  if (/"__proto__"\s*:/.test(content)) throw refuse(line, 'a column cannot be called "__proto__"; rename it')
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (cause) {
    throw refuse(
      line,
      `this is not JSON (${cause instanceof Error ? cause.message : String(cause)}); give one JSON object a line`,
    )
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refuse(line, 'this is not a JSON object; give one object a line, such as {"source": "…"}')
  }
  // A Map, so that no name of a column can reach a prototype.
  const values = new Map(Object.entries(value))
  for (const name of values.keys()) {
    if (forbidden.has(name) || name === '' || name.length > 80) {
      throw refuse(line, `a column cannot be called ${JSON.stringify(name.slice(0, 80))}; rename it`)
    }
  }
  return values
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
  const attributes: Record<string, AttributeValue> = {}
  const data: Record<string, unknown> = {}
  for (const { name, type } of columns) {
    const value = values.get(name)
    if (value === undefined) continue
    if (type === 'data') data[name] = value
    else attributes[name] = toAttribute(value, type)
  }
  return {
    id: makeRowId(values.get(names.id), line, ordinal, seen),
    ordinal,
    source: readSource(values.get(names.source), names.source, line),
    reference: readReference(values.get(names.reference), names.reference, line),
    attributes,
    data: Object.keys(data).length === 0 ? null : data,
  }
}

function readSource(value: unknown, name: string, line: number): string {
  if (typeof value !== 'string') {
    throw refuse(line, `there is no text in the column "${name}"; name the column that holds the source`)
  }
  if (value === '') throw refuse(line, `the column "${name}" is empty; a model needs a text to read`)
  if (value.length > MAX_SOURCE)
    throw refuse(line, `the source has ${value.length} characters, at most ${MAX_SOURCE} are read`)
  return storable(value)
}

function readReference(value: unknown, name: string, line: number): string | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return storable(value)
  throw refuse(line, `the column "${name}" is no text; a reference is one text`)
}

/** The id of the file where it can stand in an address, with other characters replaced; else the number of the row. */
function makeRowId(value: unknown, line: number, ordinal: number, seen: Map<string, number>): string {
  const given = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  const cleaned = given
    .replaceAll(/[^A-Za-z0-9_.-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 80)
  const id = identifier.safeParse(cleaned).success ? cleaned : `row-${ordinal + 1}`
  const before = seen.get(id)
  if (before !== undefined) throw refuse(line, `the id "${id}" was used in line ${before}; every row needs its own`)
  seen.set(id, line)
  return id
}

function refuse(line: number, what: string): Refusal {
  return new Refusal('bad-request', `line ${line} of the corpus: ${what}`, { field: 'corpus.rows' })
}
