/** Rows of a Parquet file. Only the slices that are asked for are read, one group of rows after another. */
import { open } from 'node:fs/promises'
import { setImmediate as breathe } from 'node:timers/promises'
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { isColumnName } from '../corpus/line.ts'
import { refuseFile } from './content.ts'
import { type Rows, broken, readable } from './found-row.ts'

/** A group is unpacked as a whole, so that its size bounds the memory. */
const LARGEST_GROUP = 256 * 2 ** 20
/** The description of all columns and groups at the end of a file. */
const LARGEST_FOOTER = 64 * 2 ** 20
const SLICE = 1_000

/** Yields the rows. Throws a Refusal where the file cannot be read. `most` names of columns are read at most. */
export async function* readParquet(path: string, most: number): Rows {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const source: AsyncBuffer = {
      byteLength: size,
      slice: async (start, end = size) => {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start)
        return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + bytesRead)
      },
    }
    const metadata = await readMetadata(source)
    const columns = chooseColumns(metadata, most)
    yield* readGroups(source, metadata, columns)
  } finally {
    await file.close()
  }
}

async function readMetadata(source: AsyncBuffer): Promise<FileMetaData> {
  const end = Buffer.from(await source.slice(Math.max(0, source.byteLength - 8)))
  if (end.byteLength < 8 || end.subarray(4).toString('latin1') !== 'PAR1') {
    throw refuseFile('This Parquet file is cut off: its end is missing. Take the whole file')
  }
  if (end.readUInt32LE(0) > LARGEST_FOOTER)
    throw refuseFile('The description of this Parquet file is too long to be read')
  try {
    return await parquetMetadataAsync(source)
  } catch (cause) {
    throw refuseFile(`This Parquet file cannot be read: ${wordsOf(cause)}. Export it again, or as JSONL`, cause)
  }
}

function chooseColumns(metadata: FileMetaData, most: number): string[] {
  const names = parquetSchema(metadata).children.map(({ element }) => element.name)
  const wrong = names.find((name) => !isColumnName(name))
  if (wrong !== undefined)
    throw refuseFile(`A column cannot be called ${JSON.stringify(wrong.slice(0, 80))}: rename it`)
  const codec = metadata.row_groups
    .flatMap(({ columns }) => columns.map(({ meta_data: meta }) => meta?.codec ?? 'UNCOMPRESSED'))
    .find((codec) => codec !== 'UNCOMPRESSED' && !(codec in compressors))
  if (codec !== undefined)
    throw refuseFile(
      `This Parquet file is packed with ${codec}, which cannot be read: write it with SNAPPY, ZSTD or GZIP`,
    )
  const large = metadata.row_groups.find(({ total_byte_size: size }) => size > LARGEST_GROUP)
  if (large !== undefined)
    throw refuseFile(
      'A group of rows in this Parquet file has more than 256 MB: write it with smaller groups (row_group_size=10000)',
    )
  return names.slice(0, most)
}

async function* readGroups(file: AsyncBuffer, metadata: FileMetaData, columns: string[]): Rows {
  const total = Number(metadata.num_rows)
  let start = 0
  for (const { num_rows: rows } of metadata.row_groups) {
    const found = await readSlice(file, metadata, columns, start, start + Number(rows))
    for (const row of found) {
      if (start++ % SLICE === 0) await breathe()
      const place = `row ${start}`
      const read = Math.round((file.byteLength * start) / total)
      const binary = columns.find((name) => row[name] instanceof Uint8Array)
      yield binary === undefined
        ? readable(place, new Map(columns.map((name) => [name, plain(row[name])])), read)
        : broken(place, `the column "${binary}" holds bytes that are no text`, read)
    }
  }
}

async function readSlice(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: string[],
  rowStart: number,
  rowEnd: number,
) {
  try {
    return await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors })
  } catch (cause) {
    throw refuseFile(
      `This Parquet file cannot be read from row ${rowStart + 1} on: ${wordsOf(cause)}. Export it again, or as JSONL`,
      cause,
    )
  }
}

/** Values as JSON has them: whole numbers beyond 2^53 as text, moments as ISO 8601. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Uint8Array || value === undefined) return null
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  // As a name this would become the prototype of what somebody reads later.
  const entries = Object.entries(value).filter(([name]) => name !== '__proto__')
  return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner)]))
}

const wordsOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!.slice(0, 160)
