/** Bytes read as UTF-8, and the character each of them belongs to. */
export interface ReadBytes {
  readonly text: string
  /** Byte i belongs to the UTF-16 units [starts[i], ends[i]) of the text. */
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/**
 * Reads bytes as UTF-8 the way WHATWG and Rust's `from_utf8_lossy` do: each longest beginning of a character that goes wrong becomes one
 * U+FFFD; or, as SentencePiece does, each byte of it.
 */
export function readUtf8(bytes: readonly number[], wrong: 'beginning' | 'byte' = 'beginning'): ReadBytes {
  const starts: number[] = []
  const ends: number[] = []
  let text = ''
  for (let index = 0; index < bytes.length;) {
    const { length: whole, point } = characterAt(bytes, index)
    const length = point === replacement && wrong === 'byte' && !isReplacement(bytes, index) ? 1 : whole
    const start = text.length
    text += String.fromCodePoint(point)
    for (let count = 0; count < length; count++) {
      starts.push(start)
      ends.push(text.length)
    }
    index += length
  }
  return { text, starts, ends }
}

const replacement = 0xfffd

const isReplacement = (bytes: readonly number[], index: number): boolean =>
  bytes[index] === 0xef && bytes[index + 1] === 0xbf && bytes[index + 2] === 0xbd

function characterAt(bytes: readonly number[], index: number): { readonly length: number; readonly point: number } {
  const lead = bytes[index]!
  if (lead < 0x80) return { length: 1, point: lead }
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
  if (lead < 0xc2 || lead > 0xf4) return { length: 1, point: replacement }
  let point = lead & (0xff >> (size + 1))
  for (let count = 1; count < size; count++) {
    const byte = bytes[index + count] ?? 0
    const [least, most] = count === 1 ? secondByteOf(lead) : [0x80, 0xbf]
    if (byte < least || byte > most) return { length: count, point: replacement }
    point = (point << 6) | (byte & 0x3f)
  }
  return { length: size, point }
}

/** No overlong forms, no surrogates, nothing beyond U+10FFFF (table 3-7 of the Unicode standard). */
function secondByteOf(lead: number): readonly [least: number, most: number] {
  if (lead === 0xe0) return [0xa0, 0xbf]
  if (lead === 0xed) return [0x80, 0x9f]
  if (lead === 0xf0) return [0x90, 0xbf]
  return lead === 0xf4 ? [0x80, 0x8f] : [0x80, 0xbf]
}
