/** The triangle of pairs as cells of a canvas. Pure. */
import type { Fill, Ramps } from '#web/marks/ramp.ts'
import { rampStep } from '#web/marks/ramp.ts'
import type { Pairs } from './pairs.ts'

export interface PairGrid {
  /** Cells a side. */
  readonly cells: number
  /** Tokens that one cell stands for: the largest of them is drawn. */
  readonly block: number
  /** [cells, cells] of which the part under the diagonal counts; NaN where no pair of the cell is known yet. */
  readonly values: Float32Array
}

/** As many cells as fit, each at least one pixel. */
export function makePairGrid({ places, at }: Pairs, pixels: number): PairGrid {
  const block = Math.max(1, Math.ceil(places.length / Math.max(1, pixels)))
  const cells = Math.ceil(places.length / block)
  const values = new Float32Array(cells * cells).fill(Number.NaN)
  for (let a = 0; a < places.length; a++) {
    for (let b = 0; b < a; b++) {
      const cell = Math.floor(a / block) * cells + Math.floor(b / block)
      const value = at(a, b)
      if (Number.isNaN(values[cell]) || Math.abs(value) > Math.abs(values[cell] ?? 0)) values[cell] = value
    }
  }
  return { cells, block, values }
}

/** Paints the triangle into a square of `size` pixels; what is not known yet stays empty. */
export function drawPairGrid(
  context: Pick<CanvasRenderingContext2D, 'clearRect' | 'fillRect' | 'fillStyle'>,
  grid: PairGrid,
  size: number,
  look: { readonly ramps: Ramps; readonly reach: number; readonly empty: string },
): void {
  context.clearRect(0, 0, size, size)
  const edge = (cell: number): number => Math.round((cell * size) / grid.cells)
  for (let row = 0; row < grid.cells; row++) {
    for (let column = 0; column <= row; column++) {
      const value = grid.values[row * grid.cells + column] ?? 0
      if (Number.isNaN(value) && column < row) continue // the diagonal has no pair, and shows where the triangle ends
      const fill = fillOf(value, look)
      context.fillStyle = fill?.background ?? look.empty
      const gap = size / grid.cells >= 6 ? 1 : 0
      context.fillRect(edge(column), edge(row), edge(column + 1) - edge(column) - gap, edge(row + 1) - edge(row) - gap)
    }
  }
}

function fillOf(value: number, { ramps, reach }: { readonly ramps: Ramps; readonly reach: number }): Fill | undefined {
  const step = Number.isNaN(value) ? 0 : rampStep(Math.abs(value), reach)
  return step === 0 ? undefined : (value < 0 ? ramps.away : ramps.toward)[step]
}

/** The pair of tokens under a point of the square, as indices of places; null off the triangle. */
export function pairAt(
  grid: PairGrid,
  places: number,
  x: number,
  y: number,
  size: number,
): readonly [number, number] | null {
  const row = Math.floor((y / size) * grid.cells) * grid.block
  const column = Math.floor((x / size) * grid.cells) * grid.block
  return column < row && row < places && column >= 0 ? [row, column] : null
}
