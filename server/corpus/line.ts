/** One line of a corpus: a JSON object, whose columns are read with the same rules wherever a corpus comes in. */
import { identifier } from '#collab/wire/identifiers.ts'
import { Refusal } from '../errors.ts'
import { storable } from '../text.ts'

const MAX_SOURCE = 500_000
const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** The columns of a line. Throws a Refusal that names the line, counted from 1. */
export function parseLine(content: string, line: number): ReadonlyMap<string, unknown> {
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

/** The text a model is to read. */
export function readSource(value: unknown, name: string, line: number): string {
  if (typeof value !== 'string') {
    throw refuse(line, `there is no text in the column "${name}"; name the column that holds the source`)
  }
  if (value === '') throw refuse(line, `the column "${name}" is empty; a model needs a text to read`)
  if (value.length > MAX_SOURCE)
    throw refuse(line, `the source has ${value.length} characters, at most ${MAX_SOURCE} are read`)
  return storable(value)
}

/** What the output is compared with; null where there is none. */
export function readReference(value: unknown, name: string, line: number): string | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return storable(value)
  throw refuse(line, `the column "${name}" is no text; a reference is one text`)
}

/** The id of the file where it can stand in an address, with other characters replaced; else the number of the row. */
export function readId(value: unknown, ordinal: number): string {
  const given = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  const cleaned = given
    .replaceAll(/[^A-Za-z0-9_.-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 80)
  return identifier.safeParse(cleaned).success ? cleaned : `row-${ordinal + 1}`
}

export function refuse(line: number, what: string): Refusal {
  return new Refusal('bad-request', `line ${line} of the corpus: ${what}`, { field: 'corpus.rows' })
}
