/**
 * Text as the tokenizers library applies the rules of a SentencePiece model (its `Precompiled` normalizer): not at every place the
 * longest rule, but grapheme by grapheme. A grapheme shorter than 6 bytes goes by the shortest rule at its start, rest included; else each
 * character goes by its own. Where the two readings differ, models of the fast tokenizers expect this one.
 */
import type { CharacterMap } from './character-map.ts'
import { makeNormalizedWriter } from './normalized-text.ts'
import type { NormalizedText, NormalizedWriter } from './normalized-text.ts'

const shortGrapheme = 6

/** Stretches where a grapheme may be more than one character; elsewhere every ASCII character is one. */
const entangled = /\r\n|[\0-\x7f]?[^\0-\x7f]+(?:[\0-\x7f][^\0-\x7f]+)*[\0-\x7f]?/g

export function makeGraphemeNormalizer(map: CharacterMap): (text: string) => NormalizedText {
  const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })
  const ascii = Array.from({ length: 128 }, (_, code) => ruleFor(map, String.fromCharCode(code)))

  function writeAscii(writer: NormalizedWriter, text: string, start: number, end: number): void {
    for (let index = start; index < end; index++) {
      writer.write(ascii[text.charCodeAt(index)] ?? text[index]!, index, index + 1)
    }
  }

  function writeGrapheme(writer: NormalizedWriter, grapheme: string, start: number): void {
    const whole = Buffer.byteLength(grapheme) < shortGrapheme ? ruleFor(map, grapheme) : null
    if (whole !== null) return writer.write(whole, start, start + grapheme.length)
    let index = start
    for (const character of grapheme) {
      writer.write(ruleFor(map, character) ?? character, index, index + character.length)
      index += character.length
    }
  }

  return (text) => {
    const writer = makeNormalizedWriter()
    let last = 0
    for (const { 0: stretch, index } of text.matchAll(entangled)) {
      writeAscii(writer, text, last, index)
      for (const { segment, index: within } of segmenter.segment(stretch))
        writeGrapheme(writer, segment, index + within)
      last = index + stretch.length
    }
    writeAscii(writer, text, last, text.length)
    return writer.close()
  }
}

function ruleFor(map: CharacterMap, text: string): string | null {
  const bytes = Buffer.from(text, 'utf8')
  return map.shortest(bytes, 0, bytes.length)?.text ?? null
}
