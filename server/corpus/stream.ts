/** Reading a corpus line by line, however long it is. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Refusal } from '../errors.ts'
import { parseLine, readReference, readSource, refuse } from './line.ts'

/** Where to read; a column that is not named is the first of the usual names that a row has. */
export interface CorpusFile {
  readonly path: string
  readonly source: string | undefined
  readonly reference: string | undefined
  /** Rows to read at most. */
  readonly limit: number
}

/** One row. A row may give `input_ids` in place of a text. */
export interface CorpusEntry {
  /** Counted from 0, without empty lines. */
  readonly index: number
  readonly id: string
  readonly source: string | null
  readonly reference: string | null
  /** All columns. */
  readonly values: ReadonlyMap<string, unknown>
}

const sourceNames = ['source', 'text', 'prompt']
const referenceNames = ['reference', 'target', 'answer']

/** Yields the rows; throws a Refusal that names the line where one cannot be read. */
export async function* readCorpus(file: CorpusFile): AsyncGenerator<CorpusEntry> {
  let index = 0
  for await (const { text, line } of readLines(file.path)) {
    if (text.trim() === '') continue
    if (index === file.limit) return
    yield entryOf(parseLine(text, line), index, line, file)
    index += 1
  }
}

/** What a corpus holds, and a hash of it, after every row was read once. */
export interface CorpusSurvey {
  readonly rows: number
  readonly hash: string
}

/** Reads all rows, so that a fault in the last line is found before work begins. */
export async function surveyCorpus(file: CorpusFile, look: (entry: CorpusEntry) => void): Promise<CorpusSurvey> {
  const hash = createHash('sha256')
  let rows = 0
  for await (const entry of readCorpus(file)) {
    hash.update(`${JSON.stringify([...entry.values])}\n`)
    look(entry)
    rows += 1
  }
  if (rows === 0) throw refuse(1, 'there are no rows: give one JSON object a line')
  return { rows, hash: hash.digest('hex') }
}

function entryOf(
  values: ReadonlyMap<string, unknown>,
  index: number,
  line: number,
  { source, reference }: CorpusFile,
): CorpusEntry {
  const sourceName = source ?? sourceNames.find((name) => values.has(name)) ?? 'source'
  const referenceName = reference ?? referenceNames.find((name) => typeof values.get(name) === 'string') ?? 'reference'
  const isText = source !== undefined || !values.has('input_ids')
  return {
    index,
    id: idOf(values.get('id'), index),
    source: isText ? readSource(values.get(sourceName), sourceName, line) : null,
    reference: readReference(values.get(referenceName), referenceName, line),
    values,
  }
}

/** As it stands in the file, so that results can be joined with it; the number of the row where there is none. */
const idOf = (value: unknown, index: number): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : `row-${index + 1}`

/** A line longer than this is no row; reading on would only fill the memory. */
const LONGEST_LINE = 8_000_000

async function* readLines(path: string): AsyncGenerator<{ readonly text: string; readonly line: number }> {
  let [rest, line] = ['', 0]
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 2 ** 18 })) {
      const parts = (rest + (chunk as string)).split('\n') // with an encoding, chunks are text
      rest = parts.pop()!
      for (const part of parts) yield { text: line++ === 0 ? part.replace(/^\ufeff/, '') : part, line }
      if (rest.length > LONGEST_LINE) throw refuse(line + 1, `this line has more than ${LONGEST_LINE} characters`)
    }
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === undefined) throw cause
    const reason = code === 'ENOENT' ? 'there is no such file' : (cause as Error).message
    throw new Refusal('bad-request', `Cannot read the corpus ${path}: ${reason}`, { cause })
  }
  if (rest !== '') yield { text: line++ === 0 ? rest.replace(/^\ufeff/, '') : rest, line }
}
