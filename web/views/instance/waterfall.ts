/** Where a number comes from, as bars: each part starts where the one before it ended, and the measured change stands below. */

export interface Part {
  readonly name: string
  readonly value: number
  /** `total` bars start at zero and are no evidence: they are drawn in grey. */
  readonly kind: 'part' | 'total'
}

export interface Bar extends Part {
  /** Start and width in percent of the drawing. */
  readonly left: number
  readonly width: number
}

export interface Waterfall {
  readonly bars: readonly Bar[]
  /** Where zero stands, in percent. */
  readonly zero: number
}

export function makeWaterfall(parts: readonly Part[]): Waterfall {
  let at = 0
  const spans = parts.map((part) => {
    const from = part.kind === 'total' ? 0 : at
    const to = from + part.value
    if (part.kind === 'part') at = to
    return { part, low: Math.min(from, to), high: Math.max(from, to) }
  })
  const low = Math.min(0, ...spans.map((span) => span.low))
  const high = Math.max(0, ...spans.map((span) => span.high))
  const range = high - low || 1
  const percent = (value: number): number => (100 * (value - low)) / range
  return {
    zero: percent(0),
    bars: spans.map(({ part, low: start, high: end }) => ({
      ...part,
      left: percent(start),
      width: percent(end) - percent(start),
    })),
  }
}
