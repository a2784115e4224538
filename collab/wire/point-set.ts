/**
 * A set of corpus rows as text: what a lasso holds travels through the shared document and through links. Runs of neighbouring rows
 * are written as gap and length in base 36 (`r3.5,1` = rows 3 to 8 and 10); a scattered set of many rows as a bitmap in base64.
 */
import { z } from 'zod'

/** Rows a corpus may have. */
const mostRows = 200_000

/** Runs of so many characters are kept even where a bitmap were shorter: they can be read. */
const readable = 500

/** A bitmap of the largest corpus has 33,336 characters. */
export const pointSet = z
  .string()
  .max(34_000)
  .regex(/^(?:r[0-9a-z.,]*|b[0-9A-Za-z+/]*={0,2})$/)
export type PointSet = z.infer<typeof pointSet>

/** The text of a set; null for the empty one. Takes ordinals from 0 to 199,999 in any order, each counted once. */
export function encodePoints(ordinals: Iterable<number>): PointSet | null {
  const sorted = [...new Set(ordinals)].sort((a, b) => a - b)
  if (sorted.length === 0) return null
  const runs = encodeRuns(sorted)
  const bitmapLength = Math.ceil((sorted.at(-1)! + 1) / 24) * 4 // not empty
  return runs.length <= Math.max(readable, bitmapLength) ? runs : encodeBitmap(sorted)
}

/** The ordinals of a set, rising. What cannot be a row is left out. */
export function decodePoints(text: PointSet | null): Uint32Array {
  if (text === null) return new Uint32Array()
  return text.startsWith('r') ? decodeRuns(text.slice(1)) : decodeBitmap(text.slice(1))
}

function encodeRuns(sorted: readonly number[]): string {
  const parts: string[] = []
  let end = 0
  for (let first = 0; first < sorted.length;) {
    let last = first
    while (sorted[last + 1] === sorted[last]! + 1) last++
    const gap = (sorted[first]! - end).toString(36)
    parts.push(last === first ? gap : `${gap}.${(last - first).toString(36)}`)
    end = sorted[last]! + 1
    first = last + 1
  }
  return `r${parts.join(',')}`
}

function decodeRuns(text: string): Uint32Array {
  const ordinals: number[] = []
  let next = 0
  for (const part of text.split(',')) {
    const [gap = '', more = '0'] = part.split('.')
    const first = next + Number.parseInt(gap, 36)
    const last = first + Number.parseInt(more, 36)
    if (!(last < mostRows)) break
    for (let ordinal = first; ordinal <= last; ordinal++) ordinals.push(ordinal)
    next = last + 1
  }
  return Uint32Array.from(ordinals)
}

function encodeBitmap(sorted: readonly number[]): string {
  const bits = new Uint8Array(Math.ceil((sorted.at(-1)! + 1) / 8)) // not empty
  for (const ordinal of sorted) bits[ordinal >> 3]! |= 1 << (ordinal & 7)
  let binary = ''
  for (const byte of bits) binary += String.fromCharCode(byte)
  return `b${btoa(binary)}`
}

function decodeBitmap(text: string): Uint32Array {
  const binary = decodeBase64(text)
  const ordinals: number[] = []
  for (let byte = 0; byte < binary.length; byte++) {
    const bits = binary.charCodeAt(byte)
    for (let bit = 0; bit < 8; bit++) if (bits & (1 << bit)) ordinals.push(byte * 8 + bit)
  }
  return Uint32Array.from(ordinals.filter((ordinal) => ordinal < mostRows))
}

/** Base64 of a wrong length is an empty set, as every other value that fits no schema. */
function decodeBase64(text: string): string {
  try {
    return atob(text)
  } catch {
    return ''
  }
}
