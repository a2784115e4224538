/** Strings may hold halves of surrogate pairs, which are no characters: they become U+FFFD, one for one, so offsets stay. */
export function makeWellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd')
}

/** Maps an index in code points to one in UTF-16 units, end included. */
export function makeUnitIndex(text: string): (codePoint: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (codePoint) => Math.min(codePoint, text.length)
  const starts: number[] = []
  for (let unit = 0; unit < text.length; unit += isPairAt(text, unit) ? 2 : 1) starts.push(unit)
  return (codePoint) => starts[codePoint] ?? text.length
}

/** Whether two units from `index` make one character. */
export function isPairAt(text: string, index: number): boolean {
  return isHigh(text.charCodeAt(index)) && isLow(text.charCodeAt(index + 1))
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000
