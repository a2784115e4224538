/** The table of contents of a zip file whose entries are stored as they are, as torch.save writes it (APPNOTE 6.3.10, with zip64). */
import type { FileHandle } from 'node:fs/promises'
import { ComputeError } from '#compute/errors.ts'
import { readAt } from './bytes.ts'

export interface ZipEntry {
  readonly name: string
  /** Bytes of its content. */
  readonly size: number
  /** Where its local header starts; `locateContent` finds the content. */
  readonly header: number
}

const signature = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 }

/** Longest table of contents that is read; one entry per tensor takes about 100 bytes. */
const longestDirectory = 16 * 2 ** 20

const endBytes = 22
const longestComment = 65_535

/** The entries of a file of `size` bytes. Compressed ones are refused, because they cannot be mapped. */
export async function readZipDirectory(handle: FileHandle, size: number, file: string): Promise<readonly ZipEntry[]> {
  const { offset, length, entries } = await findDirectory(handle, size, file)
  if (length > longestDirectory || offset + length > size) throw corrupt(file, 'its table of contents is out of place')
  const bytes = await readAt(handle, offset, length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: ZipEntry[] = []
  let at = 0
  while (at + 46 <= length && view.getUint32(at, true) === signature.central) {
    const next = at + 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    if (next > length) throw corrupt(file, 'its table of contents is cut off')
    found.push(readEntry(view, at, size, file))
    at = next
  }
  if (found.length !== entries) throw corrupt(file, `it lists ${found.length} entries and claims ${entries}`)
  return found
}

/** Where the content of an entry starts: behind a local header with a name and padding of its own. */
export async function locateContent(handle: FileHandle, entry: ZipEntry, size: number, file: string): Promise<number> {
  const bytes = await readAt(handle, entry.header, 30)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength < 30 || view.getUint32(0, true) !== signature.local) {
    throw corrupt(file, `the entry ${shown(entry.name)} has no header`)
  }
  const start = entry.header + 30 + view.getUint16(26, true) + view.getUint16(28, true)
  if (start + entry.size > size) throw corrupt(file, `the entry ${shown(entry.name)} reaches beyond its end`)
  return start
}

function corrupt(file: string, fault: string): ComputeError {
  return new ComputeError('bad-checkpoint', `${file} is not a valid zip file: ${fault}; fetch it again`)
}

const shown = (name: string): string => JSON.stringify(name.slice(0, 80))

interface Directory {
  readonly offset: number
  readonly length: number
  readonly entries: number
}

async function findDirectory(handle: FileHandle, size: number, file: string): Promise<Directory> {
  const start = Math.max(0, size - endBytes - longestComment)
  const tail = await readAt(handle, start, size - start)
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  for (let at = tail.byteLength - endBytes; at >= 0; at--) {
    if (view.getUint32(at, true) !== signature.end) continue
    const short = {
      entries: view.getUint16(at + 10, true),
      length: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    }
    const isLarge = at >= 20 && view.getUint32(at - 20, true) === signature.locator64
    return isLarge ? readLargeEnd(handle, Number(view.getBigUint64(at - 12, true)), file) : short
  }
  throw corrupt(file, 'it has no table of contents; the download may be incomplete')
}

async function readLargeEnd(handle: FileHandle, at: number, file: string): Promise<Directory> {
  const bytes = Number.isSafeInteger(at) ? await readAt(handle, at, 56) : new Uint8Array(0)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength < 56 || view.getUint32(0, true) !== signature.end64) {
    throw corrupt(file, 'its table of contents is out of place')
  }
  const number = (offset: number): number => Number(view.getBigUint64(offset, true))
  return { entries: number(32), length: number(40), offset: number(48) }
}

function readEntry(view: DataView, at: number, size: number, file: string): ZipEntry {
  const nameLength = view.getUint16(at + 28, true)
  const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameLength))
  const short = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)]
  const [content, packed, header] = widenSizes(view, at + 46 + nameLength, view.getUint16(at + 30, true), short)
  if (view.getUint16(at + 10, true) !== 0 || content !== packed) {
    throw corrupt(file, `the entry ${shown(name)} is compressed, and weights are mapped as they lie`)
  }
  if (!Number.isSafeInteger(content) || content! > size || header! > size) {
    throw corrupt(file, `the entry ${shown(name)} reaches beyond its end`)
  }
  return { name, size: content!, header: header! }
}

/** Numbers that did not fit stand, in their order, in the extra field 1. */
function widenSizes(view: DataView, from: number, length: number, short: readonly number[]): readonly number[] {
  let at = from
  while (at + 4 <= from + length && view.getUint16(at, true) !== 1) at += 4 + view.getUint16(at + 2, true)
  let next = at + 4
  return short.map((number) => {
    if (number !== 0xffffffff || next + 8 > from + length) return number
    next += 8
    return Number(view.getBigUint64(next - 8, true))
  })
}
