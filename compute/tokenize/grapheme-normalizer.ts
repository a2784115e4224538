/**
 * Text as the tokenizers library applies the rules of a SentencePiece model (its `Precompiled` normalizer): not at every place the
 * longest rule, but grapheme by grapheme. A grapheme shorter than 6 bytes goes by the shortest rule at its start, rest included; else each
 * character goes by its own. Where the two readings differ, models of the fast tokenizers expect this one.
 */
import type { CharacterMap } from './character-map.ts'
import { graphemesOf } from './graphemes.ts'
import { makeNormalizedWriter } from './normalized-text.ts'
import type { NormalizedText, NormalizedWriter } from './normalized-text.ts'

const shortGrapheme = 6

export function makeGraphemeNormalizer(map: CharacterMap): (text: string) => NormalizedText {
  // Made when first needed: the library behind it takes longer to load than all the rest of a tokenizer.
  let segmenter: Intl.Segmenter | null = null
  const segment = (text: string): Intl.Segments =>
    (segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' })).segment(text)
  const ascii = Array.from({ length: 128 }, (_, code) => ruleFor(map, String.fromCharCode(code)))

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
    for (const [start, end] of graphemesOf(text, segment)) {
      const unit = text.charCodeAt(start)
      if (end - start === 1 && unit < 0x80) writer.write(ascii[unit] ?? text[start]!, start, end)
      else writeGrapheme(writer, text.slice(start, end), start)
    }
    return writer.close()
  }
}

function ruleFor(map: CharacterMap, text: string): string | null {
  const bytes = Buffer.from(text, 'utf8')
  return map.shortest(bytes, 0, bytes.length)?.text ?? null
}
