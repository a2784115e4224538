/** Writes SVG as text: what leaves the page must open in other programs, so nothing refers to the page's styles. */

/** One element as text, with its attributes and texts escaped. */
export type Fragment = string

export type SvgAttributes = Readonly<Record<string, string | number | null | undefined>>

/** A drawing without its frame: `body` fills a box of `width` by `height`, in CSS pixels. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly body: readonly Fragment[]
}

/** An element; attributes that are null are left out, numbers are cut to a hundredth of a pixel. */
export function element(name: string, attributes: SvgAttributes = {}, children: readonly Fragment[] = []): Fragment {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? shortNumber(value) : escapeText(String(value))}"`)
  return children.length === 0
    ? `<${name}${written.join('')}/>`
    : `<${name}${written.join('')}>${children.join('')}</${name}>`
}

/** A line of text; `content` is escaped. */
export const textElement = (content: string, attributes: SvgAttributes): Fragment =>
  element('text', attributes, [escapeText(content)])

/** Moves fragments by an offset. */
export const moved = (x: number, y: number, children: readonly Fragment[]): Fragment =>
  element('g', { transform: `translate(${shortNumber(x)} ${shortNumber(y)})` }, children)

/** Characters that XML 1.0 cannot hold, not even escaped, become the replacement character. */
export function escapeText(text: string): string {
  return text
    .replace(forbidden, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

// oxlint-disable-next-line no-control-regex -- these are the characters that must go
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu

const shortNumber = (value: number): string => String(Number(value.toFixed(2)))
