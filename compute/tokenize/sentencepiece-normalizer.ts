/**
 * Text as SentencePiece's own library normalizes it (`Normalizer::Normalize`, version 0.2.3): at every place the longest rule, user-defined
 * pieces untouched, extra spaces away, `▁` for every space and one before the text.
 */
import type { CharacterMap } from './character-map.ts'
import type { NormalizerSpec } from './model-proto.ts'
import { makeNormalizedWriter } from './normalized-text.ts'
import type { NormalizedText, NormalizedWriter } from './normalized-text.ts'

export interface SentencePieceRules {
  readonly spec: NormalizerSpec
  /** The rules of `spec.precompiledCharsmap`, read; null where there are none. */
  readonly map: CharacterMap | null
  readonly userDefined: readonly string[]
  readonly treatWhitespaceAsSuffix: boolean
}

/** What stands for the text at one place, and how far it reaches. */
interface Prefix {
  readonly text: string
  readonly start: number
  readonly end: number
}

export function makeSentencePieceNormalizer(rules: SentencePieceRules): (text: string) => NormalizedText {
  const { addDummyPrefix, removeExtraWhitespaces, escapeWhitespaces } = rules.spec
  const space = escapeWhitespaces ? '▁' : ' '
  const prefixesOf = makePrefixReader(rules)
  return (text) => {
    const writer = makeNormalizedWriter()
    const prefixes = prefixesOf(text)
    let next = removeExtraWhitespaces ? prefixes.findIndex((prefix) => prefix.text !== ' ') : 0
    if (next < 0 || prefixes.length === 0) return writer.close()
    const first = prefixes[next]!.start
    if (addDummyPrefix && !rules.treatWhitespaceAsSuffix) writer.write(space, first, first)
    let afterSpace = removeExtraWhitespaces
    for (; next < prefixes.length; next++) afterSpace = writePrefix(writer, prefixes[next]!, space, afterSpace)
    if (removeExtraWhitespaces) while (writer.takeBack(space));
    if (addDummyPrefix && rules.treatWhitespaceAsSuffix) writer.write(space, text.length, text.length)
    return writer.close()

    function writePrefix(
      to: NormalizedWriter,
      { text, start, end }: Prefix,
      space: string,
      afterSpace: boolean,
    ): boolean {
      const kept = afterSpace ? text.replace(/^ +/, '') : text
      to.write(kept.replaceAll(' ', space), start, end)
      if (!removeExtraWhitespaces) return false
      return kept === '' ? afterSpace : kept.endsWith(' ')
    }
  }
}

/** Cuts a text into the stretches that one rule, one user-defined piece or one character covers. */
function makePrefixReader({ map, userDefined }: SentencePieceRules): (text: string) => readonly Prefix[] {
  const matchUserDefined = makeUserDefinedMatcher(userDefined)
  return (text) => {
    const bytes = Buffer.from(text, 'utf8')
    const prefixes: Prefix[] = []
    let byte = 0
    for (let start = 0; start < text.length;) {
      const literal = matchUserDefined(text, start)
      const rule = literal === null ? (map?.longest(bytes, byte) ?? null) : null
      const end = start + (literal?.length ?? unitsOf(bytes, byte, rule?.bytes ?? 1))
      const source = text.slice(start, end)
      prefixes.push({ text: rule?.text ?? source, start, end })
      byte += Buffer.byteLength(source)
      start = end
    }
    return prefixes
  }
}

/** UTF-16 units of the characters that start within `count` bytes from `byte`. */
function unitsOf(bytes: Uint8Array, byte: number, count: number): number {
  let units = 0
  for (let index = byte; index < byte + count; index++) {
    const lead = bytes[index]!
    if (lead >= 0xf0) units += 2
    else if (lead < 0x80 || lead >= 0xc0) units += 1
  }
  return units
}

/** The longest user-defined piece at a place, or null. */
function makeUserDefinedMatcher(pieces: readonly string[]): (text: string, start: number) => string | null {
  if (pieces.length === 0) return () => null
  const byFirst = new Map<string, string[]>()
  for (const piece of [...pieces].sort((a, b) => b.length - a.length)) {
    byFirst.set(piece[0]!, [...(byFirst.get(piece[0]!) ?? []), piece])
  }
  return (text, start) => byFirst.get(text[start]!)?.find((piece) => text.startsWith(piece, start)) ?? null
}
