/** One line of a corpus: a JSON object, whose columns are read with the same rules wherever a corpus comes in. */
import { identifier } from '#collab/wire/identifiers.ts'
import { Refusal } from '../errors.ts'
import { storable } from '../text.ts'

const MAX_SOURCE = 500_000
const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** The columns of a line. Throws a Refusal that names the line, counted from 1. */
export function parseLine(content: string, line: number): ReadonlyMap<string, unknown> {
  const values = parseObject(content)
  if (typeof values === 'string') throw refuse(line, values)
  return values
}

/** The columns of one JSON object, or what is wrong with its text. */
export function parseObject(content: string): ReadonlyMap<string, unknown> | string {
  // As a name, however deep, it would become the prototype of what somebody reads later.
  if (/"__proto__"\s*:/.test(content)) return 'a column cannot be called "__proto__"; rename it'
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (cause) {
    return `this is not JSON (${cause instanceof Error ? cause.message : String(cause)}); give one JSON object a line`
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'this is not a JSON object; give one object a line, such as {"source": "…"}'
  }
  // A Map, so that no name of a column can reach a prototype.
  const values = new Map(Object.entries(value))
  for (const name of values.keys()) {
    if (!isColumnName(name)) return `a column cannot be called ${JSON.stringify(name.slice(0, 80))}; rename it`
  }
  return values
}

export const isColumnName = (name: string): boolean => !forbidden.has(name) && name !== '' && name.length <= 80

/** The text a model is to read. */
export function readSource(value: unknown, name: string, line: number): string {
  const problem = sourceProblem(value, name)
  if (problem !== null) throw refuse(line, problem)
  return storable(value as string) // or there had been a problem
}

/** Why a value cannot be what a model reads; null where it can. */
export function sourceProblem(value: unknown, name: string): string | null {
  if (typeof value !== 'string')
    return `there is no text in the column "${name}"; name the column that holds the source`
  if (value === '') return `the column "${name}" is empty; a model needs a text to read`
  if (value.length > MAX_SOURCE) return `the source has ${value.length} characters, at most ${MAX_SOURCE} are read`
  return null
}

/** What the output is compared with; null where there is none. */
export function readReference(value: unknown, name: string, line: number): string | null {
  const problem = referenceProblem(value, name)
  if (problem !== null) throw refuse(line, problem)
  return typeof value === 'string' ? storable(value) : null
}

/** Why a value cannot be what the output is compared with; null where it can, or where there is none. */
export function referenceProblem(value: unknown, name: string): string | null {
  const isFine = value === undefined || value === null || typeof value === 'string'
  return isFine ? null : `the column "${name}" is no text; a reference is one text`
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
