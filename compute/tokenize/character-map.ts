/**
 * The precompiled rules of a SentencePiece normalizer: a double array (S. Yata's darts-clone) over UTF-8 keys, whose values point into a
 * block of replacements, each ended by a zero byte. The layout, and the checks that keep every step inside the array, are those of
 * SentencePiece 0.2.3.
 */
import { ComputeError } from '#compute/errors.ts'

/** A rule that fits: how many bytes it covers, and what stands for them. */
export interface Rule {
  readonly bytes: number
  readonly text: string
}

export interface CharacterMap {
  /** The rule that covers most of the bytes from `start`. */
  longest(bytes: Uint8Array, start: number): Rule | null
  /** The rule that covers least of the bytes in [start, end). */
  shortest(bytes: Uint8Array, start: number, end: number): Rule | null
}

const prefixBytes = 4
/** Units come in blocks of 256, 4 bytes each. */
const blockBytes = 1024

const hasLeaf = (unit: number): boolean => (unit & 0x100) !== 0
const valueOf = (unit: number): number => unit & 0x7fff_ffff
const labelOf = (unit: number): number => (unit & 0x8000_00ff) >>> 0
const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6)

/** Reads and checks a map; `file` names it in the error of a corrupt one. */
export function parseCharacterMap(blob: Uint8Array, file: string): CharacterMap {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
  const size = blob.byteLength > prefixBytes ? view.getUint32(0, true) : 0
  if (size < blockBytes || size % blockBytes !== 0 || size >= blob.byteLength - prefixBytes) {
    throw corrupt(file, `its size is ${size} of ${blob.byteLength} bytes`)
  }
  const units = new Uint32Array(size / 4)
  for (let index = 0; index < units.length; index++) units[index] = view.getUint32(prefixBytes + index * 4, true)
  const replacements = blob.subarray(prefixBytes + size)
  checkReplacements(replacements, file)
  checkUnits(units, replacements, file)
  return makeCharacterMap(units, replacements)
}

function makeCharacterMap(units: Uint32Array, replacements: Uint8Array): CharacterMap {
  const texts = new Map<number, string>()
  const textAt = (value: number): string => {
    const known = texts.get(value)
    if (known !== undefined) return known
    const text = Buffer.from(replacements.subarray(value, replacements.indexOf(0, value))).toString('utf8')
    texts.set(value, text)
    return text
  }
  function search(bytes: Uint8Array, start: number, end: number, shortest: boolean): Rule | null {
    let position = offsetOf(units[0]!)
    let found = -1
    let length = 0
    for (let index = start; index < end; index++) {
      const byte = bytes[index]!
      position ^= byte
      const unit = units[position]!
      if (byte === 0 || labelOf(unit) !== byte) break
      position ^= offsetOf(unit)
      if (!hasLeaf(unit)) continue
      found = valueOf(units[position]!)
      length = index + 1 - start
      if (shortest) break
    }
    return found < 0 ? null : { bytes: length, text: textAt(found) }
  }
  return {
    longest: (bytes, start) => search(bytes, start, bytes.length, false),
    shortest: (bytes, start, end) => search(bytes, start, end, true),
  }
}

/** After this no step of a search can leave the array. */
function checkUnits(units: Uint32Array, replacements: Uint8Array, file: string): void {
  const size = units.length
  const root = units[0]!
  if (labelOf(root) !== 0 || hasLeaf(root) || offsetOf(root) === 0 || (offsetOf(root) | 0xff) >= size) {
    throw corrupt(file, 'its root is broken')
  }
  for (let index = 1; index < size; index++) {
    const unit = units[index]!
    if (labelOf(unit) > 0xff) {
      if (isStart(replacements, valueOf(unit))) continue
      throw corrupt(file, `unit ${index} points at byte ${valueOf(unit)} of its ${replacements.length} replacements`)
    }
    const child = index ^ offsetOf(unit)
    if ((child | 0xff) >= size) throw corrupt(file, `unit ${index} points outside`)
    if (hasLeaf(unit) && labelOf(units[child]!) <= 0xff) throw corrupt(file, `unit ${index} has no value`)
  }
}

function checkReplacements(replacements: Uint8Array, file: string): void {
  if (replacements.at(-1) !== 0) throw corrupt(file, 'its replacements do not end')
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(replacements)
  } catch (cause) {
    throw corrupt(file, 'its replacements are no UTF-8', cause)
  }
}

/** Whether a character, or the end of a replacement, starts at a byte. */
const isStart = (bytes: Uint8Array, index: number): boolean => index < bytes.length && (bytes[index]! & 0xc0) !== 0x80

function corrupt(file: string, fault: string, cause?: unknown): ComputeError {
  return new ComputeError(
    'bad-checkpoint',
    `${file}: the rules of its normalizer (precompiled_charsmap) are corrupt: ${fault}. Fetch the file again`,
    { cause },
  )
}
