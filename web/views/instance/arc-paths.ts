/** The curve of each arc. Pure. */
import type { Side } from './frame.ts'
import type { Pair, Place } from './pairs.ts'

export interface ArcPath {
  readonly d: string
  readonly width: number
  readonly sign: 'toward' | 'away'
}

export interface TokenBox {
  /** Middle. */
  readonly x: number
  readonly top: number
  readonly bottom: number
  readonly side: Side
}

const thickest = 3
const highest = 15

/** Over the line within the source, under it within the output, and down from the source to the output. */
export function arcPaths(pairs: readonly Pair[], boxOf: (place: Place) => TokenBox | null): readonly ArcPath[] {
  const largest = Math.max(...pairs.map(({ value }) => Math.abs(value)), Number.MIN_VALUE)
  return pairs.flatMap(({ first, second, value }) => {
    const [from, to] = [boxOf(first), boxOf(second)]
    if (from === null || to === null) return []
    const width = Math.max(1, (thickest * Math.abs(value)) / largest)
    return [{ d: curve(from, to), width: Number(width.toFixed(2)), sign: value < 0 ? 'away' : 'toward' }]
  })
}

function curve(from: TokenBox, to: TokenBox): string {
  const at = (x: number, y: number): string => `${Math.round(x)} ${Math.round(y)}`
  if (from.top === to.top) {
    const below = from.side === 'output' && to.side === 'output'
    const start = below ? from.bottom : from.top
    const height = Math.min(highest, 6 + Math.abs(to.x - from.x) / 12)
    const peak = below ? start + height : start - height
    return `M${at(from.x, start)}C${at(from.x, peak)} ${at(to.x, peak)} ${at(to.x, start)}`
  }
  const [upper, lower] = from.top < to.top ? [from, to] : [to, from]
  const middle = (upper.bottom + lower.top) / 2
  return `M${at(upper.x, upper.bottom)}C${at(upper.x, middle)} ${at(lower.x, middle)} ${at(lower.x, lower.top)}`
}
