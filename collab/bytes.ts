/**
 * Reading bytes that a client wrote. lib0 trusts lengths: it reads past the end of a view into whatever shares its memory, and
 * returns numbers that are none. Everything a client sends is read through these first.
 */
import * as decoding from 'lib0/decoding'
import { CollabError } from './errors.ts'

export type Decoder = decoding.Decoder

export const openBytes = (bytes: Uint8Array): Decoder => decoding.createDecoder(bytes)

export const bytesLeft = (decoder: Decoder): number => decoder.arr.length - decoder.pos

/** A varint of at most `most`. */
export function readUint(decoder: Decoder, most: number = Number.MAX_SAFE_INTEGER): number {
  const start = decoder.pos
  let value: number
  try {
    value = decoding.readVarUint(decoder)
  } catch (cause) {
    throw unreadable(decoder, 'a number without an end', cause)
  }
  // Eight bytes hold every safe integer; longer spellings of one are nobody's honest output.
  if (!(value <= most) || decoder.pos - start > 8) throw unreadable(decoder, `a number above ${most}`)
  return value
}

export function readByte(decoder: Decoder): number {
  if (bytesLeft(decoder) < 1) throw unreadable(decoder, 'nothing where a byte belongs')
  return decoding.readUint8(decoder)
}

/** Steps over `count` bytes. */
export function skipBytes(decoder: Decoder, count: number): void {
  if (count > bytesLeft(decoder)) throw unreadable(decoder, `${count} bytes of which ${bytesLeft(decoder)} are there`)
  decoder.pos += count
}

/** Bytes with their length before them, as a view. */
export function readBytes(decoder: Decoder, most?: number): Uint8Array {
  const length = readUint(decoder, most)
  const start = decoder.pos
  skipBytes(decoder, length)
  return decoder.arr.subarray(start, decoder.pos)
}

/** Text as UTF-8 with its length in bytes before it. */
export function readText(decoder: Decoder, most?: number): string {
  const bytes = readBytes(decoder, most)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw unreadable(decoder, 'text that is not UTF-8', cause)
  }
}

/** Refuses bytes after the last thing that belongs there. */
export function expectEnd(decoder: Decoder): void {
  if (bytesLeft(decoder) > 0) throw unreadable(decoder, `${bytesLeft(decoder)} bytes too many`)
}

/** What to throw at the place where reading has come to. */
export function unreadable(decoder: Decoder, what: string, cause?: unknown): CollabError {
  return new CollabError('unreadable', `byte ${decoder.pos} of ${decoder.arr.length}: ${what}`, { cause })
}
