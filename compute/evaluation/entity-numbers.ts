/** Numbers and days in English text: what they are worth and what they count, so that nine and 9 are one and 9 years another. */

export interface TextToken {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** An entity that begins at some token. */
export interface Reading {
  readonly type: string
  /** The same for every spelling of one thing. */
  readonly key: string
  /** Tokens it covers. */
  readonly length: number
  /** Where it ends if not with its last token. */
  readonly end?: number
}

const spelled =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  )

const multipliers: Readonly<Record<string, number>> = { thousand: 1e3, million: 1e6, billion: 1e9 }

export const months = 'January February March April May June July August September October November December'.split(' ')

/** The value of a numeral; `one` and `zero` are too often no numbers to count. */
function numeral(token: string): number | null {
  if (/^\d/.test(token)) return Number(token.replaceAll(',', ''))
  const value = spelled.indexOf(token.toLowerCase())
  return value >= 2 ? value : null
}

/** The number or date that begins at a token, if one does. */
export function readNumber(text: string, tokens: readonly TextToken[], index: number): Reading | null {
  const token = tokens[index]!
  const value = numeral(token.text)
  if (value === null) return null
  const next = tokens[index + 1]
  const after = text.slice(token.end, token.end + 40)
  const second = next !== undefined && /^-\d/.test(after) ? numeral(next.text) : null
  if (second !== null) return { type: 'number', key: `${value}-${second} score`, length: 2 }
  if (next !== undefined && months.includes(next.text) && value <= 31) {
    return { type: 'date', key: `date ${value} ${next.text}`, length: 2 }
  }
  if (after.startsWith('%')) return { type: 'number', key: `${value} percent`, length: 1, end: token.end + 1 }
  if (after.startsWith(' per cent')) return { type: 'number', key: `${value} percent`, length: 3 }
  const multiplier = multipliers[next?.text ?? '']
  if (multiplier !== undefined) return { type: 'number', key: `${value * multiplier} amount`, length: 2 }
  return {
    type: 'number',
    key: `${value} ${unitOf(text.slice(Math.max(0, token.start - 8), token.start), after)}`,
    length: 1,
  }
}

/** What a number counts. */
function unitOf(before: string, after: string): string {
  if (/^ (pounds|euros|dollars)\b/.test(after)) return 'amount'
  const isApposition = /,\s$/.test(before) && /^[,.]/.test(after)
  if (after.startsWith('-year-old') || isApposition || /\baged $/.test(before)) return 'age'
  return /^[ -](year|month|week|day|hour|minute|metre|millimetre|kilogram|vote)s?\b/.exec(after)?.[1] ?? 'count'
}
