/**
 * Rows of separated values (RFC 4180, with any single-character separator). Written here, because the readers that are there lose the rows after a
 * faulty one: here a faulty row is named, and reading goes on with the line after it.
 */
import type { Encoding } from './encoding.ts'
import { type FoundRow, type Rows, broken, readable } from './found-row.ts'
import { type Line, readLines, tooLong } from './text-lines.ts'

/** How a file separates and quotes. */
export interface Dialect {
  readonly delimiter: string
  readonly quote: string
}

/** A quoted field may go over so many lines. */
const MOST_LINES = 1_000

/** The fields of one record; `open` where a quote is not closed yet; a problem otherwise. */
export type Split = { readonly fields: readonly string[] } | { readonly open: true } | { readonly problem: string }

/** Splits a record, which may hold line ends inside quotes. */
export function splitRecord(text: string, { delimiter, quote }: Dialect): Split {
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (text[at] !== quote) {
      const end = text.indexOf(delimiter, at)
      fields.push(end === -1 ? text.slice(at) : text.slice(at, end))
      if (end === -1) return { fields }
      at = end + 1
      continue
    }
    const closing = findClosing(text, at + 1, quote)
    if (closing === -1) return { open: true }
    fields.push(text.slice(at + 1, closing).replaceAll(quote + quote, quote))
    if (closing + 1 === text.length) return { fields }
    if (text[closing + 1] !== delimiter) {
      return {
        problem: `there is text after a closing quote in field ${fields.length}; write a quote inside a field twice`,
      }
    }
    at = closing + 2
  }
}

function findClosing(text: string, from: number, quote: string): number {
  for (let at = text.indexOf(quote, from); at !== -1; at = text.indexOf(quote, at + 2)) {
    if (text[at + 1] !== quote) return at
  }
  return -1
}

/** A record with the line it begins in, or why there is none. */
interface Found {
  readonly line: number
  readonly read: number
  readonly fields: readonly string[] | null
  readonly problem: string | null
}

/** The records of a file. What an unclosed quote swallowed is read again from the next line on. Throws NotUtf8. */
export async function* readRecords(path: string, encoding: Encoding, dialect: Dialect): AsyncGenerator<Found> {
  const lines = readLines(path, encoding)
  let waiting: Line[] = []
  const next = async (): Promise<Line | null> => {
    const first = waiting.shift()
    if (first !== undefined) return first
    const { value, done } = await lines.next()
    return done === true ? null : value
  }
  for (let line = await next(); line !== null; line = await next()) {
    const { line: number, read } = line
    if (line.isTooLong) {
      yield { line: number, read, fields: null, problem: tooLong }
      continue
    }
    if (line.text === '') continue
    const { split, used } = await complete(line, next, dialect)
    if ('fields' in split) yield { line: number, read, fields: split.fields, problem: null }
    else {
      waiting = [...used, ...waiting]
      const problem = 'problem' in split ? split.problem : `a ${dialect.quote} is opened and not closed`
      yield { line: number, read, fields: null, problem }
    }
  }
}

/** Takes further lines until all quotes are closed. */
async function complete(
  line: Line,
  next: () => Promise<Line | null>,
  dialect: Dialect,
): Promise<{ readonly split: Split; readonly used: readonly Line[] }> {
  const used: Line[] = []
  let text = line.text
  let split = splitRecord(text, dialect)
  while ('open' in split && used.length < MOST_LINES) {
    const more = await next()
    if (more === null) break
    used.push(more)
    if (more.isTooLong) break
    text += `\n${more.text}`
    // A line without a quote closes none.
    if (more.text.includes(dialect.quote)) split = splitRecord(text, dialect)
  }
  return { split, used }
}

/** Names of columns as they can be kept, with what was changed about them. */
export function nameColumns(header: readonly string[]): {
  readonly names: readonly string[]
  readonly notices: readonly string[]
} {
  const seen = new Map<string, number>()
  const notices: string[] = []
  const names = header.map((given, index) => {
    const name = given.trim().slice(0, 70) || `column ${index + 1}`
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    if (count === 1) return name
    notices.push(`The column “${name}” is there ${count} times; this one is called “${name} (${count})”.`)
    return `${name} (${count})`
  })
  return { names, notices: notices.slice(0, 3) }
}

/** The rows below the header. Throws NotUtf8. */
export async function* readSeparated(path: string, encoding: Encoding, dialect: Dialect): Rows {
  let names: readonly string[] | null = null
  for await (const { line, read, fields, problem } of readRecords(path, encoding, dialect)) {
    const place = `line ${line}`
    if (fields === null) yield broken(place, problem ?? '', read)
    else if (names === null) names = nameColumns(fields).names
    else yield rowOf(place, fields, names, read)
  }
}

function rowOf(place: string, fields: readonly string[], names: readonly string[], read: number): FoundRow {
  if (fields.length !== names.length) {
    return broken(place, `it has ${fields.length} fields where the header has ${names.length}`, read)
  }
  if (fields.some((field) => field.includes('\0'))) return broken(place, 'it has NUL characters', read)
  return readable(place, new Map(names.map((name, index) => [name, fields[index] === '' ? null : fields[index]])), read)
}
