/** Where keys lead in a table of cells. Pure. */

type Cell = readonly [row: number, column: number]

/** The cell after a key, `[0, 0]` at the top left; null for keys that do not move. */
export function nextCell(key: string, [row, column]: Cell, [rows, columns]: Cell): Cell | null {
  const moves: Readonly<Record<string, Cell>> = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    Home: [row, 0],
    End: [row, columns - 1],
  }
  const to = Object.hasOwn(moves, key) ? moves[key] : undefined
  return to === undefined ? null : [clamp(to[0], rows), clamp(to[1], columns)]
}

const clamp = (value: number, length: number): number => Math.max(0, Math.min(length - 1, value))
