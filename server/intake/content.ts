/** What a file holds, told from its first bytes: a name is a promise that spreadsheets and browsers often break. */
import { Refusal } from '../errors.ts'

export type TextFormat = 'jsonl' | 'json' | 'csv'
export type Format = TextFormat | 'parquet'

/** Bytes of a file's start that the readers judge by. */
export const HEAD_BYTES = 2 ** 16

/** Formats that are known by their first bytes and cannot be read, with what to do instead. */
const strangers: readonly (readonly [string, string, string])[] = [
  ['d0cf11e0a1b11ae1', 'an Excel workbook of the old kind', 'open it in Excel and save it as “CSV UTF-8”'],
  ['4152524f5731', 'an Arrow file', 'export it as Parquet'],
  ['4f626a01', 'an Avro file', 'export it as Parquet or JSONL'],
  ['53514c69746520666f726d61742033', 'an SQLite database', 'export the table as CSV'],
  ['25504446', 'a PDF', 'export its text as JSONL or CSV'],
  ['28b52ffd', 'a zstd archive', 'unpack it first'],
  ['425a68', 'a bzip2 archive', 'unpack it first'],
  ['fd377a585a00', 'an xz archive', 'unpack it first'],
  ['377abcaf271c', 'a 7z archive', 'unpack it first'],
  ['89504e47', 'a picture', 'take the file that holds the texts'],
  ['ffd8ff', 'a picture', 'take the file that holds the texts'],
]

/** Refuses what is no corpus, by name. `head` is the start of the file as it lies on the disk. */
export function refuseStrangers(head: Buffer): void {
  if (head.byteLength === 0) throw refuseFile('The file is empty: take one with at least one row')
  const start = head.subarray(0, 16).toString('hex')
  const found = strangers.find(([magic]) => start.startsWith(magic))
  if (found !== undefined) throw refuseFile(`This is ${found[1]}: ${found[2]}`)
  if (!start.startsWith('504b0304')) return
  const names = head.toString('latin1')
  const isExcel = /xl\/|\[Content_Types\]\.xml/.test(names)
  throw refuseFile(
    isExcel
      ? 'This is an Excel workbook, whatever its name says: open it in Excel and save it as “CSV UTF-8”'
      : 'This is a zip archive: unpack it and take the file that holds the rows',
  )
}

export const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b
export const isParquet = (head: Buffer): boolean => head.subarray(0, 4).toString('latin1') === 'PAR1'

/** The format of a text, from its first characters and, where they leave it open, its name. */
export function formatOfText(head: string, name: string): TextFormat {
  const text = head.trimStart()
  if (text === '') throw refuseFile('There is nothing but white space in the file: take one with at least one row')
  if (text.startsWith('[') && !/\.(csv|tsv)(\.gz)?$/i.test(name)) return 'json'
  if (!text.startsWith('{')) return 'csv'
  const [first = ''] = text.split('\n', 1)
  const isWhole = text.length < HEAD_BYTES / 4 && !isJsonObject(first) && isJsonObject(text)
  if (isWhole || /^\{\s*$/.test(first)) {
    throw refuseFile('This is one JSON object over several lines: give a list of objects, or one object a line (JSONL)')
  }
  return 'jsonl'
}

function isJsonObject(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** A file that cannot be a corpus at all. */
export const refuseFile = (message: string, cause?: unknown): Refusal =>
  new Refusal('bad-request', message, { field: 'intake', ...(cause === undefined ? {} : { cause }) })
