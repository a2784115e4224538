/** Where everything of a pattern's drawing stands: cells, rulers, sums, in px of the figure. */
import type { Pattern } from './pattern.ts'

export interface PatternFrame {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly top: number
  /** Size of one cell. */
  readonly across: number
  readonly down: number
  /** Edges of the cells. */
  readonly right: number
  readonly bottom: number
  /** Space for the dots of the row sums, and for the bars of what is received. */
  readonly sumWidth: number
  readonly barHeight: number
}

/** Largest size of a cell: a text of three tokens must not fill the pane with three colours. */
const largest = 22

/** A figure of this size; low ones have narrower rulers. */
export function frameOf(
  { queries, keys }: Pick<Pattern, 'queries' | 'keys'>,
  width: number,
  height: number,
): PatternFrame {
  const low = height < 190
  const left = width < 260 ? 48 : 62
  const top = low ? 38 : 46
  // Where there is no room for the dots, the weights themselves come first.
  const sumWidth = width < 260 ? 4 : 44
  const barHeight = low ? 10 : 16
  const across = Math.max(0.1, Math.min(largest, (width - left - sumWidth) / keys))
  const down = Math.max(0.1, Math.min(largest, (height - top - barHeight - 14) / queries))
  return {
    width,
    height,
    left,
    top,
    across,
    down,
    right: left + across * keys,
    bottom: top + down * queries,
    sumWidth,
    barHeight,
  }
}

export const xOf = ({ left, across }: PatternFrame, key: number): number => left + (key + 0.5) * across
export const yOf = ({ top, down }: PatternFrame, query: number): number => top + (query + 0.5) * down

/** What stands at a point: a cell, a name of a row or a column, or nothing. Names count as far out as they are written. */
export interface Spot {
  readonly query: number | null
  readonly key: number | null
}

export function spotAt(
  frame: PatternFrame,
  pattern: Pick<Pattern, 'queries' | 'keys'>,
  x: number,
  y: number,
): Spot | null {
  const key = Math.floor((x - frame.left) / frame.across)
  const query = Math.floor((y - frame.top) / frame.down)
  const inKeys = key >= 0 && key < pattern.keys
  const inQueries = query >= 0 && query < pattern.queries
  if (inKeys && inQueries) return { query, key }
  if (inKeys && (y < frame.top || y >= frame.bottom)) return { query: null, key }
  if (inQueries && (x < frame.left || x >= frame.right)) return { query, key: null }
  return null
}
