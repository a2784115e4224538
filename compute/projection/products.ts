/**
 * The large matrix products of projections, by the runtime. Blocks have a fixed size and each entry is summed in one order, so the
 * bytes do not depend on the number of threads.
 */
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import { scalar, vector } from '#compute/ops/constant.ts'
import { cast, mul, sub } from '#compute/ops/elementwise.ts'
import { matMul } from '#compute/ops/matrix.ts'
import { topK } from '#compute/ops/reduce.ts'
import { slice, transpose } from '#compute/ops/shape.ts'
import { openSession } from '#compute/runtime/session.ts'
import type { Session } from '#compute/runtime/session.ts'
import { floats } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import type { Device, StateMatrix } from '#compute/types.ts'

export interface ProductOptions {
  readonly device: Device
  readonly threads: number
}

const open = (
  name: string,
  inputs: readonly Value[],
  outputs: Readonly<Record<string, Value>>,
  { device, threads }: ProductOptions,
): Promise<Session> => {
  const named = Object.entries(outputs).map(([output, value]) => ({ name: output, value }))
  return openSession({ name, inputs, outputs: named }, { folder: '.', device, threads, repack: 0 })
}

/** Points from `start` to `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

const rowsOf = ({ width, data }: StateMatrix, { start, end }: Span): Tensor =>
  floats([end - start, width], data.subarray(start * width, end * width))

/** Rows summed in float32 before the sums are added in float64. */
const rowsPerSum = 4096

/** Columns of one product of a Gram matrix: what lies left of them was computed before, as rows. */
const columnsPerBlock = 192

/** XᵀX in float64 [width, width] of a matrix X [rows, width]. Only blocks on the diagonal and right of it are multiplied. */
export async function gramOfColumns(points: StateMatrix, options: ProductOptions): Promise<Float64Array> {
  const { rows, width } = points
  const x = input('x', 'float32', [makeSize('rows'), width])
  const firsts = Array.from({ length: Math.ceil(width / columnsPerBlock) }, (_, b) => b * columnsPerBlock)
  const columns = (from: number, to: number): Value => slice(x, 1, from, Math.min(to, width))
  const products = firsts.map((first) => {
    const block = columns(first, first + columnsPerBlock)
    return [`from ${first}`, matMul(transpose(block, [1, 0]), columns(first, width))] as const
  })
  const session = await open('gram', [x], Object.fromEntries(products), options)
  try {
    const sum = new Float64Array(width * width)
    for (let start = 0; start < rows; start += rowsPerSum) {
      const end = Math.min(rows, start + rowsPerSum)
      const parts = await session.run({ x: rowsOf(points, { start, end }) })
      for (const first of firsts) addBlock(sum, width, first, parts[`from ${first}`]!.data as Float32Array)
    }
    return sum
  } finally {
    await session.close()
  }
}

/** Adds the product of some columns with themselves and those right of them, and its mirror image. */
function addBlock(sum: Float64Array, width: number, first: number, part: Float32Array): void {
  const wide = width - first
  for (let i = first; i < first + part.length / wide; i++) {
    for (let j = i; j < width; j++) {
      const entry = part[(i - first) * wide + j - first]!
      sum[i * width + j]! += entry
      if (j > i) sum[j * width + i]! += entry
    }
  }
}

/** X Xᵀ in float64 [rows, rows]. */
export async function gramOfRows(points: StateMatrix, options: ProductOptions): Promise<Float64Array> {
  const { rows, width, data } = points
  const x = input('x', 'float32', [rows, width])
  const session = await open('gram', [x], { y: matMul(x, transpose(x, [1, 0])) }, options)
  try {
    return Float64Array.from((await session.run({ x: floats([rows, width], data) }))['y']!.data as Float32Array)
  } finally {
    await session.close()
  }
}

/** Scores in one run: some 30 ms of work and 16 MB, so that a cancel is soon seen. */
const scoresPerRun = 4e6

/** 2 p·q − |q|² of points p, in blocks, to all points q: the larger, the nearer is q to p. */
export interface Closeness {
  /** Points p in one block. */
  readonly block: number
  /** Of the points `start` to `end`: the `count` nearest, nearest first, as indices [end − start, count]. */
  readonly nearest: (start: number, end: number) => Promise<Int32Array>
  readonly close: () => Promise<void>
}

interface Prepared {
  readonly block: number
  readonly scores: Value
  readonly inputs: readonly Value[]
  readonly feeds: (start: number, end: number) => Readonly<Record<string, ReturnType<typeof floats>>>
}

/** 2 p·q of every p with every q. */
const doubledProducts = (p: Value, q: Value): Value => mul(scalar('float32', 2), matMul(p, transpose(q, [1, 0])))

function prepare(from: StateMatrix, to: StateMatrix): Prepared {
  const { width } = from
  const inputs = [
    input('from', 'float32', [makeSize('block'), width]),
    input('to', 'float32', [to.rows, width]),
    input('squares', 'float32', [1, to.rows]),
  ] as const
  const scores = sub(doubledProducts(inputs[0], inputs[1]), inputs[2])
  const shared = { to: floats([to.rows, width], to.data), squares: floats([1, to.rows], squaresOf(to)) }
  return {
    block: Math.max(16, Math.min(1024, Math.floor(scoresPerRun / to.rows))),
    scores,
    inputs,
    feeds: (start, end) => ({
      from: rowsOf(from, { start, end }),
      ...shared,
    }),
  }
}

function squaresOf({ rows, width, data }: StateMatrix): Float32Array {
  return Float32Array.from({ length: rows }, (_, i) => {
    let square = 0
    for (let j = i * width; j < (i + 1) * width; j++) square += data[j]! * data[j]!
    return square
  })
}

/** The nearest of `to` for the points of `from`. */
export async function openCloseness(
  from: StateMatrix,
  to: StateMatrix,
  count: number,
  options: ProductOptions,
): Promise<Closeness> {
  const { block, scores, inputs, feeds } = prepare(from, to)
  const indices = cast(topK(scores, vector('int64', [count]), count).indices, 'int32')
  const session = await open('nearest', inputs, { indices }, options)
  return {
    block,
    nearest: async (start, end) => (await session.run(feeds(start, end)))['indices']!.data as Int32Array,
    close: session.close,
  }
}

/** Of each point of one span the nearest in another: the larger a value, the nearer. Indices count from the start of the other. */
export interface Nearest {
  readonly values: Float32Array
  readonly indices: Int32Array
}

/** Two spans of points seen from each other, by one product; each holds at least as many points as are asked for. */
export interface Tiles {
  readonly nearest: (a: Span, b: Span) => Promise<{ readonly ofA: Nearest; readonly ofB: Nearest }>
  readonly close: () => Promise<void>
}

export async function openTiles(points: StateMatrix, count: number, options: ProductOptions): Promise<Tiles> {
  const session = await openSideBySide(points.width, count, options)
  const squares = squaresOf(points)
  const squaresAt = ({ start, end }: Span): Tensor => floats([1, end - start], squares.subarray(start, end))
  return {
    nearest: async (from, to) => {
      const feeds = {
        a: rowsOf(points, from),
        b: rowsOf(points, to),
        squaresA: squaresAt(from),
        squaresB: squaresAt(to),
      }
      const found = await session.run(feeds)
      const side = (name: 'A' | 'B'): Nearest => ({
        values: found[`values${name}`]!.data as Float32Array,
        indices: found[`indices${name}`]!.data as Int32Array,
      })
      return { ofA: side('A'), ofB: side('B') }
    },
    close: session.close,
  }
}

/** From points a and b: the nearest b of each a, and the nearest a of each b. */
function openSideBySide(width: number, count: number, options: ProductOptions): Promise<Session> {
  const [sizeA, sizeB] = [makeSize('a'), makeSize('b')]
  const a = input('a', 'float32', [sizeA, width])
  const b = input('b', 'float32', [sizeB, width])
  const squaresA = input('squaresA', 'float32', [1, sizeA])
  const squaresB = input('squaresB', 'float32', [1, sizeB])
  const doubled = doubledProducts(a, b)
  const best = (scores: Value): ReturnType<typeof topK> => topK(scores, vector('int64', [count]), count)
  const [ofA, ofB] = [best(sub(doubled, squaresB)), best(sub(transpose(doubled, [1, 0]), squaresA))]
  const outputs = {
    valuesA: ofA.values,
    indicesA: cast(ofA.indices, 'int32'),
    valuesB: ofB.values,
    indicesB: cast(ofB.indices, 'int32'),
  }
  return open('tiles', [a, b, squaresA, squaresB], outputs, options)
}

/** The scores themselves, of the points `start` to `end` to all others: float32 [end − start, rows of the others]. */
export interface Scores {
  readonly block: number
  readonly of: (start: number, end: number) => Promise<Float32Array>
  readonly close: () => Promise<void>
}

export async function openScores(from: StateMatrix, to: StateMatrix, options: ProductOptions): Promise<Scores> {
  const { block, scores, inputs, feeds } = prepare(from, to)
  const session = await open('scores', inputs, { scores }, options)
  return {
    block,
    of: async (start, end) => (await session.run(feeds(start, end)))['scores']!.data as Float32Array,
    close: session.close,
  }
}
