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
  const flags = flagsOf(ordinals)
  if (flags.length === 0) return null
  const bitmapLength = Math.ceil(flags.length / 24) * 4
  return encodeRuns(flags, Math.max(readable, bitmapLength)) ?? encodeBitmap(flags)
}

/** 1 for each ordinal of the set, up to the largest one. */
function flagsOf(ordinals: Iterable<number>): Uint8Array {
  const flags = new Uint8Array(mostRows)
  let length = 0
  for (const ordinal of ordinals) {
    flags[ordinal] = 1
    if (ordinal >= length && ordinal < mostRows) length = ordinal + 1
  }
  return flags.subarray(0, length)
}

/** The ordinals of a set, rising. What cannot be a row is left out. */
export function decodePoints(text: PointSet | null): Uint32Array {
  if (text === null) return new Uint32Array()
  return text.startsWith('r') ? decodeRuns(text.slice(1)) : decodeBitmap(text.slice(1))
}

/** null where it were longer than that. */
function encodeRuns(flags: Uint8Array, longest: number): string | null {
  const parts: string[] = []
  let [end, length] = [0, 0]
  for (let first = flags.indexOf(1); first >= 0; first = flags.indexOf(1, end)) {
    let last = first
    while (flags[last + 1] === 1) last++
    const gap = (first - end).toString(36)
    const part = last === first ? gap : `${gap}.${(last - first).toString(36)}`
    length += part.length + 1
    if (length > longest) return null
    parts.push(part)
    end = last + 1
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

function encodeBitmap(flags: Uint8Array): string {
  const bits = new Uint8Array(Math.ceil(flags.length / 8))
  for (let ordinal = 0; ordinal < flags.length; ordinal++) bits[ordinal >> 3]! |= flags[ordinal]! << (ordinal & 7)
  let binary = ''
  for (const byte of bits) binary += String.fromCharCode(byte)
  return `b${btoa(binary)}`
}

function decodeBitmap(text: string): Uint32Array {
  const binary = decodeBase64(text)
  const ordinals = new Uint32Array(mostRows)
  let size = 0
  for (let ordinal = 0; ordinal < Math.min(mostRows, binary.length * 8); ordinal++) {
    if ((binary.charCodeAt(ordinal >> 3) >> (ordinal & 7)) & 1) ordinals[size++] = ordinal
  }
  return ordinals.slice(0, size)
}

/** Base64 of a wrong length is an empty set, as every other value that fits no schema. */
function decodeBase64(text: string): string {
  try {
    return atob(text)
  } catch {
    return ''
  }
}
