/** Which characters the bytes of a text mean. */
import { refuseFile } from './content.ts'

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const
export type Encoding = (typeof encodings)[number]

/** What the first bytes tell: a mark of byte order, NULs in every other place, or nothing, which is taken for UTF-8. */
export function guessEncoding(head: Buffer): Encoding {
  const [first, second] = head
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  const nuls = [0, 0]
  for (const [index, byte] of head.entries()) if (byte === 0) nuls[index % 2]!++
  const [even = 0, odd = 0] = nuls
  if (even + odd === 0) return 'utf-8'
  // Western text in UTF-16 has a NUL in every other byte.
  const pairs = head.byteLength / 2
  if (odd > 0.6 * pairs && even < 0.1 * pairs) return 'utf-16le'
  if (even > 0.6 * pairs && odd < 0.1 * pairs) return 'utf-16be'
  throw refuseFile('This is no text: it has NUL bytes. Give JSONL, JSON, CSV, TSV or Parquet')
}

/** Bytes that are no UTF-8; whoever reads begins again with Windows-1252, which knows every byte. */
export class NotUtf8 extends Error {}

/** A decoder that goes on from piece to piece. Throws NotUtf8. */
export function makeDecoder(encoding: Encoding): (bytes: Uint8Array | null) => string {
  const decoder = new TextDecoder(encoding, { fatal: encoding === 'utf-8' })
  return (bytes) => {
    try {
      // Node's decoder knows Windows-1252 only piece by piece; at once it would read Latin-1.
      return bytes === null ? decoder.decode() : decoder.decode(bytes, { stream: true })
    } catch (cause) {
      throw new NotUtf8('these bytes are no UTF-8', { cause })
    }
  }
}
