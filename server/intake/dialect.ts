/** How a file of separated values separates and quotes, guessed from its first lines. */
import { type Dialect, splitRecord } from './csv-rows.ts'

export const delimiters = [',', ';', '\t', '|'] as const

const SAMPLE_LINES = 40

/** The separator that gives most of the first records as many fields as the header, and more than one; the most fields where several do. */
export function guessDialect(head: string): Dialect {
  // The last line may be cut off.
  const lines = head.split('\n').slice(0, SAMPLE_LINES + 1)
  const whole = (lines.length > 1 ? lines.slice(0, -1) : lines).map((line) => line.replace(/\r$/, ''))
  const quote = guessQuote(whole)
  let best = { delimiter: ',', score: 0 }
  for (const delimiter of delimiters) {
    const score = scoreOf(whole, { delimiter, quote })
    if (score > best.score) best = { delimiter, score }
  }
  return { delimiter: best.delimiter, quote }
}

function scoreOf(lines: readonly string[], dialect: Dialect): number {
  const counts: number[] = []
  let text = ''
  for (const line of lines) {
    text = text === '' ? line : `${text}\n${line}`
    const split = splitRecord(text, dialect)
    if ('open' in split) continue
    if ('fields' in split && text !== '') counts.push(split.fields.length)
    text = ''
  }
  const [header = 1] = counts
  if (header === 1) return 0
  const alike = counts.filter((count) => count === header).length / counts.length
  return alike + Math.min(header, 100) / 1_000
}

/** Single quotes only where they stand around fields and no double quote does. */
function guessQuote(lines: readonly string[]): string {
  const around = (quote: string): number =>
    lines.filter((line) => new RegExp(`(^|[,;\\t|])${quote}[^${quote}]*${quote}([,;\\t|]|$)`).test(line)).length
  return around('"') === 0 && around("'") > lines.length / 2 ? "'" : '"'
}
