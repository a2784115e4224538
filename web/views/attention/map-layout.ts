/** How large the cells of the maps are, and how many maps stand side by side. */
import type { HeadMap } from './heads.ts'

export interface MapLayout {
  /** Distance from one cell to the next, px. */
  readonly cell: number
  readonly columns: number
}

/** Names of rows to the left of a map, and of the map and its columns above and below it. */
export const gutter = 24
export const mapHead = 18
export const mapFoot = 15
export const mapGap = 12

const largest = 44
const smallest = 10

/** The largest cells with which all maps fit into this space; where none do, maps stand below each other and are scrolled. */
export function layoutOf(maps: readonly HeadMap[], width: number, height: number): MapLayout {
  const options = maps.map((_, at) => ({ columns: maps.length - at }))
  const sized = options.map(({ columns }) => ({ columns, cell: fitting(maps, columns, width, height) }))
  const best = sized.find(({ cell }) => cell >= smallest) ?? sized.at(-1)
  return { columns: best?.columns ?? 1, cell: Math.max(smallest, best?.cell ?? smallest) }
}

function fitting(maps: readonly HeadMap[], columns: number, width: number, height: number): number {
  const rows = rowsOf(maps, columns)
  const across = rows.map((row) => {
    const heads = row.reduce((sum, map) => sum + map.heads, 0)
    return (width - row.length * gutter - (row.length - 1) * mapGap) / heads
  })
  const layers = rows.reduce((sum, row) => sum + Math.max(...row.map((map) => map.layers)), 0)
  const down = (height - rows.length * (mapHead + mapFoot)) / layers
  const wide = Math.floor(Math.min(...across))
  // Too low a space is scrolled; too narrow a one has no way out but smaller cells.
  return Math.min(largest, wide, Math.max(Math.floor(down), Math.min(wide, 16)))
}

/** Layers from the top row to the bottom one. */
export const layersOf = (count: number, upwards: boolean): readonly number[] =>
  Array.from({ length: count }, (_, at) => (upwards ? count - 1 - at : at))

/** The maps in lines of so many. */
export function rowsOf<Item>(maps: readonly Item[], columns: number): readonly (readonly Item[])[] {
  const rows: Item[][] = []
  maps.forEach((map, at) => (at % columns === 0 ? rows.push([map]) : rows.at(-1)?.push(map)))
  return rows
}

/** From this many heads on, cells are painted on a canvas. */
export const manyHeads = 1024
