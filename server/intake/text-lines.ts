/** The lines of a text file of any length, in bounded memory. */
import { open } from 'node:fs/promises'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { HEAD_BYTES, isGzip, refuseFile } from './content.ts'
import { type Encoding, makeDecoder } from './encoding.ts'

export interface Line {
  /** Without its end; empty where it is too long. */
  readonly text: string
  /** From 1. */
  readonly line: number
  readonly isTooLong: boolean
  /** Bytes of the file read so far. */
  readonly read: number
}

/** A longer line is no row: reading on would only fill the memory. */
export const LONGEST_LINE = 8_000_000
export const tooLong = `it has more than ${LONGEST_LINE.toLocaleString('en')} characters`

/** The first bytes of a file, as they lie on the disk. */
export async function readHead(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** The first bytes of the text, unpacked where it is packed. */
export async function readTextHead(path: string): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const { piece } of readBytes(path)) {
    pieces.push(piece)
    bytes += piece.byteLength
    if (bytes >= HEAD_BYTES) break
  }
  return Buffer.concat(pieces).subarray(0, HEAD_BYTES)
}

/** The bytes of the text in pieces, and how many of the file were read for them. */
async function* readBytes(path: string): AsyncGenerator<{ readonly piece: Buffer; readonly read: number }> {
  const file = createReadStream(path, { highWaterMark: 2 ** 18 })
  const packed = isGzip(await readHead(path))
  try {
    const source = packed ? file.pipe(createGunzip()) : file
    // A fault of the file would otherwise leave the unpacking waiting.
    if (packed) file.on('error', (error) => source.destroy(error))
    for await (const piece of source) yield { piece: piece as Buffer, read: file.bytesRead } // no encoding is set
  } catch (cause) {
    if (packed) throw refuseFile('The gzip archive is damaged or cut short: pack it again, or take it unpacked', cause)
    throw cause
  } finally {
    file.destroy()
  }
}

/** The text of a file, piece by piece. Throws NotUtf8. */
export async function* readText(
  path: string,
  encoding: Encoding,
): AsyncGenerator<{ readonly text: string; readonly read: number }> {
  const decode = makeDecoder(encoding)
  let read = 0
  for await (const { piece, read: now } of readBytes(path)) {
    read = now
    yield { text: decode(piece), read }
  }
  yield { text: decode(null), read }
}

/** The lines of a file. Throws NotUtf8. */
export async function* readLines(path: string, encoding: Encoding): AsyncGenerator<Line> {
  let [pieces, length, line, at]: [string[], number, number, number] = [[], 0, 0, 0]
  /** Keeps a piece of the line under way; of one that is too long, nothing but its length. */
  const keep = (piece: string): void => {
    length += piece.length
    if (length > LONGEST_LINE) pieces = []
    else pieces.push(piece)
  }
  const finish = (): Line => {
    const isTooLong = length > LONGEST_LINE
    const text = pieces.join('').replace(/\r$/, '')
    ;[pieces, length] = [[], 0]
    line += 1
    return { text, line, isTooLong, read: at }
  }
  for await (const { text, read } of readText(path, encoding)) {
    at = read
    const parts = text.split('\n')
    const last = parts.pop() ?? ''
    for (const part of parts) {
      keep(part)
      yield finish()
    }
    keep(last)
  }
  if (length > 0) yield finish()
}
