/** Opens a corpus file, whatever it is, as rows. */
import { encodings } from './encoding.ts'
import type { IntakeSurvey } from '../wire/intakes.ts'
import { type Format, formatOfText, isGzip, isParquet, refuseFile, refuseStrangers } from './content.ts'
import { type Dialect, nameColumns, readRecords, readSeparated } from './csv-rows.ts'
import { guessDialect } from './dialect.ts'
import { type Encoding, guessEncoding, makeDecoder, NotUtf8 } from './encoding.ts'
import type { Rows } from './found-row.ts'
import { readJsonLines, readJsonList } from './json-rows.ts'
import { readParquetApart } from './parquet-process.ts'
import { readHead, readTextHead } from './text-lines.ts'

/** Columns that are looked at; names beyond them are counted. */
export const MOST_SEEN = 1_000

/** How a file is read: found out, or told. */
export interface Manner {
  readonly format: Format
  readonly encoding: Encoding | null
  readonly dialect: Dialect | null
  readonly notices: readonly string[]
}

/** Said where a text is read as Windows-1252 because it cannot be UTF-8. */
export const notUtf8 =
  'The file is not UTF-8 and was read as Windows-1252: look at the accents below, and choose another encoding where they are wrong.'

/** What somebody told about the file. */
export interface Told {
  readonly encoding?: Encoding | undefined
  readonly delimiter?: IntakeSurvey['delimiter'] | undefined
}

/** Finds out how to read a file. Throws a Refusal that says what to do where it is no corpus. */
export async function findManner(path: string, name: string, told: Told): Promise<Manner> {
  const start = await readHead(path)
  refuseStrangers(start)
  if (isParquet(start)) return { format: 'parquet', encoding: null, dialect: null, notices: [] }
  const head = isGzip(start) ? await readTextHead(path) : start
  if (isGzip(start)) {
    refuseStrangers(head)
    if (isParquet(head)) throw refuseFile('This is a Parquet file inside a gzip archive: unpack it first')
  }
  const guessed = told.encoding ?? guessEncoding(head)
  const { encoding, text } = decodeHead(head, guessed)
  const notices = encoding === guessed ? [] : [notUtf8]
  const format = formatOfText(text, name)
  const dialect =
    format === 'csv' ? { ...guessDialect(text), ...(told.delimiter ? { delimiter: told.delimiter } : {}) } : null
  return { format, encoding, dialect, notices }
}

/** The first bytes may end inside a character, which is not yet a fault. */
function decodeHead(head: Buffer, encoding: Encoding): { readonly encoding: Encoding; readonly text: string } {
  try {
    return { encoding, text: makeDecoder(encoding)(head) }
  } catch (error) {
    if (!(error instanceof NotUtf8)) throw error
    return { encoding: 'windows-1252', text: makeDecoder('windows-1252')(head) }
  }
}

/** The rows of a file. Throws NotUtf8 where a text that was taken for UTF-8 is none. */
export function readRows(path: string, { format, encoding, dialect }: Manner): Rows {
  if (format === 'parquet') return readParquetApart(path, MOST_SEEN)
  const known = encoding ?? encodings[0]
  if (format === 'jsonl') return readJsonLines(path, known)
  if (format === 'json') return readJsonList(path, known)
  return readSeparated(path, known, dialect ?? { delimiter: ',', quote: '"' })
}

/** Notices about the names of columns in the header of a file of separated values. */
export async function noticesOfHeader(path: string, { encoding, dialect }: Manner): Promise<readonly string[]> {
  if (encoding === null || dialect === null) return []
  for await (const { fields } of readRecords(path, encoding, dialect)) return nameColumns(fields ?? []).notices
  return []
}
