/** A whole SVG document: the picture with its caption above and where it comes from below and in its metadata. */
import type { Inks } from './inks.ts'
import type { Provenance } from './provenance.ts'
import { provenanceFoot, provenanceLine } from './provenance.ts'
import type { Picture } from './svg.ts'
import { element, escapeText, moved, textElement } from './svg.ts'

/** Faces that other programs have; the page's own face is whatever the system offers. */
export const exportFont = 'Helvetica, Arial, "Liberation Sans", sans-serif'

const margin = 16
const captionSize = 13
const footSize = 10
/** Widest ratio of a character's width to the size of its type, in the faces above. */
const perCharacter = 0.56

/** The document as text; it opens without the page. */
export function svgDocument(picture: Picture, caption: string, provenance: Provenance, inks: Inks): string {
  const inner = Math.max(picture.width, 320)
  const lines = (text: string, size: number): readonly string[] => wrap(text, Math.floor(inner / (size * perCharacter)))
  const heads = lines(caption, captionSize)
  const feet = provenanceFoot(provenance).flatMap((line) => lines(line, footSize))
  const top = margin + heads.length * 18 + 6
  const bottom = top + picture.height + 10
  const width = inner + 2 * margin
  const height = bottom + feet.length * 14 + margin
  const said = (text: string, line: number): string =>
    textElement(text, { x: margin, y: margin + captionSize + line * 18, 'font-size': captionSize, 'font-weight': 600 })
  const noted = (text: string, line: number): string =>
    textElement(text, { x: margin, y: bottom + footSize + line * 14, 'font-size': footSize, fill: inks.ink3 })
  const size = {
    viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
    width: Math.ceil(width),
    height: Math.ceil(height),
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', ...size, 'font-family': exportFont, 'font-size': 12, fill: inks.ink },
    [
      element('title', {}, [escapeText(caption)]),
      element('desc', {}, [escapeText(provenanceLine(provenance))]),
      element('rect', { width: '100%', height: '100%', fill: inks.surface }),
      ...heads.map(said),
      moved(margin, top, picture.body),
      ...feet.map(noted),
    ],
  )}\n`
}

/** Breaks at spaces; a word that is longer than a line is cut. */
export function wrap(text: string, longest: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((each) => pieces(each, longest))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length <= longest) line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  return line === '' ? lines : [...lines, line]
}

function pieces(word: string, longest: number): readonly string[] {
  const count = Math.max(1, Math.ceil(word.length / longest))
  return Array.from({ length: count }, (_, part) => word.slice(part * longest, (part + 1) * longest))
}
