/** The points in the order they are drawn, so that the rasteriser reads and writes memory in sequence. */

/** What is drawn later covers what is drawn earlier. */
export const drawClasses = { aside: 0, plain: 1, chosen: 2 } as const
export const classCount = 3

/** Rows in their order of drawing, grouped by class and, within a class, by place. */
export interface Arrangement {
  /** [n] which row of the data is drawn at each position. */
  readonly row: Int32Array<ArrayBuffer>
  /** [classCount + 1] the first position of each class, and n. */
  readonly starts: Int32Array<ArrayBuffer>
}

/** Above this many points rows are ordered by place: neighbours on the screen are then neighbours in memory. */
const orderByPlace = 50_000
const cells = 64

/**
 * Orders rows by class (a value of `drawClasses` for each row) with a counting sort; few points keep the order of the data within
 * a class, many are ordered by cells of a 64 × 64 grid, row of cells by row of cells.
 */
export function arrange(classes: Uint8Array, x: Float32Array, y: Float32Array): Arrangement {
  const n = classes.length
  const cellOf = n > orderByPlace ? makeCellOf(x, y) : () => 0
  const width = n > orderByPlace ? cells * cells : 1
  const ends = new Int32Array(classCount * width + 1)
  const bucket = new Uint16Array(n)
  for (let i = 0; i < n; i++) {
    const key = classes[i]! * width + cellOf(i)
    bucket[i] = key
    ends[key + 1]!++
  }
  for (let key = 0; key < ends.length - 1; key++) ends[key + 1]! += ends[key]!
  const starts = Int32Array.from({ length: classCount + 1 }, (_, each) => ends[each * width]!)
  const row = new Int32Array(n)
  for (let i = 0; i < n; i++) row[ends[bucket[i]!]!++] = i
  return { row, starts }
}

function makeCellOf(x: Float32Array, y: Float32Array): (i: number) => number {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let i = 0; i < x.length; i++) {
    left = Math.min(left, x[i]!)
    right = Math.max(right, x[i]!)
    bottom = Math.min(bottom, y[i]!)
    top = Math.max(top, y[i]!)
  }
  const across = cells / Math.max(1e-9, (right - left) * 1.000001)
  const up = cells / Math.max(1e-9, (top - bottom) * 1.000001)
  return (i) => (((top - y[i]!) * up) | 0) * cells + (((x[i]! - left) * across) | 0)
}

/** Values of the rows, in the order of drawing. `into` is written where it has the right length. */
export function gather<A extends Float32Array | Uint8Array>(values: A, order: Int32Array, into: A): A {
  for (let i = 0; i < order.length; i++) into[i] = values[order[i]!]!
  return into
}
