/** Where the keys take the list. */

/** The row after a key; null for keys that do not move. */
export function nextRow(key: string, at: number, total: number, page: number): number | null {
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: total - 1,
  }
  const to = Object.hasOwn(moves, key) ? moves[key] : undefined
  return to === undefined || total === 0 ? null : Math.min(total - 1, Math.max(0, to))
}
