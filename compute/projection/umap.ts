/**
 * UMAP (McInnes, Healy and Melville 2018): stochastic gradient descent on the cross-entropy of two fuzzy sets, with negative
 * sampling, as umap-learn does it with one thread. Typed arrays and tables of forces; one seed gives the same bytes every time.
 */
import { fitCurve, forceAt, makeSquares, tabulateForces } from './curve.ts'
import type { Forces, Squares } from './curve.ts'
import type { SparseMatrix } from './simplicial-set.ts'

export interface LayoutOptions {
  readonly dimensions: number
  readonly epochs: number
  readonly minDistance: number
  readonly spread: number
  readonly seed: number
}

/** A layout under way. */
export interface LayoutStep {
  readonly epoch: number
  readonly epochs: number
  /** [points, dimensions], which the next epoch changes: copy what is kept. */
  readonly layout: Float32Array
}

/** Where a layer's points should stay near, and how strongly: at every epoch they go this share of the way. */
export interface Anchor {
  readonly layout: Float32Array
  readonly strength: number
}

/** Points pushed away for each pair drawn together. */
export const negativeSamples = 5
/** One move goes no further than this along an axis. */
const longestMove = 4

/** Edges as the descent visits them. */
export interface Edges {
  readonly from: Int32Array
  readonly to: Int32Array
  /** Epochs between two visits of an edge: the strongest is visited at every one. */
  readonly period: Float32Array
  readonly next: Float32Array
}

/**
 * The first edge of every row, then the second of every row and so on, so that no visit waits for the point that the visit before
 * has moved. Edges too weak to be visited once are left out.
 */
export function edgesOf({ rows, starts, columns, values }: SparseMatrix, epochs: number): Edges {
  const strongest = values.reduce((most, value) => Math.max(most, value), 0)
  const turns: number[][] = []
  const rowOf = new Int32Array(values.length)
  for (let i = 0; i < rows; i++) {
    let turn = 0
    for (let at = starts[i]!; at < starts[i + 1]!; at++) {
      if (values[at]! < strongest / epochs) continue
      rowOf[at] = i
      ;(turns[turn++] ??= []).push(at)
    }
  }
  const kept = turns.flat()
  const period = Float32Array.from(kept, (at) => strongest / values[at]!)
  return {
    from: Int32Array.from(kept, (at) => rowOf[at]!),
    to: Int32Array.from(kept, (at) => columns[at]!),
    period,
    next: period.slice(),
  }
}

/** Moves `layout` in place, one epoch at a time; with an anchor the points are drawn to where it holds them. */
export function* descend(
  graph: SparseMatrix,
  layout: Float32Array,
  options: LayoutOptions,
  anchor: Anchor | null,
): Generator<LayoutStep, Float32Array> {
  const { epochs, dimensions, seed } = options
  const forces = tabulateForces(fitCurve(options.minDistance, options.spread))
  const edges = edgesOf(graph, epochs)
  const epochOf = dimensions === 2 ? runFlatEpoch : runEpoch
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = 1 - epoch / epochs
    state = epochOf({ layout, forces, edges, dimensions, rate, epoch: epoch + 1, state })
    if (anchor !== null) attract(layout, anchor, rate)
    yield { epoch: epoch + 1, epochs, layout }
  }
  return layout
}

interface Epoch {
  readonly layout: Float32Array
  readonly forces: Forces
  readonly edges: Edges
  readonly dimensions: number
  readonly rate: number
  readonly epoch: number
  /** The last random number. */
  readonly state: number
}

/** One epoch in the plane, as nearly every layout is. Returns the random state. */
function runFlatEpoch({ layout, forces, edges, rate, epoch, state: start }: Epoch): number {
  const { attraction, repulsion } = forces
  const { from, to, period, next } = edges
  const squares = makeSquares(negativeSamples)
  const points = layout.length >> 1
  let state = start
  for (let e = 0; e < from.length; e++) {
    if (next[e]! > epoch) continue
    next[e]! += period[e]!
    const i = 2 * from[e]!
    pullFlat(layout, i, 2 * to[e]!, attraction, rate, squares)
    const s0 = step(state)
    const s1 = step(s0)
    const s2 = step(s1)
    const s3 = step(s2)
    const s4 = step(s3)
    state = s4
    pushFlat(
      layout,
      i,
      2 * indexOf(s0, points),
      2 * indexOf(s1, points),
      2 * indexOf(s2, points),
      2 * indexOf(s3, points),
      2 * indexOf(s4, points),
      repulsion,
      rate,
      squares,
    )
  }
  return state
}

/** Draws two points together whose coordinates begin at `layout[i]` and `layout[j]`. */
function pullFlat(
  layout: Float32Array,
  i: number,
  j: number,
  pull: Float32Array,
  rate: number,
  squares: Squares,
): void {
  const dx = layout[i]! - layout[j]!
  const dy = layout[i + 1]! - layout[j + 1]!
  const force = forceAt(pull, squares, 0, dx * dx + dy * dy)
  const mx = rate * clip(force * dx)
  const my = rate * clip(force * dy)
  layout[i]! += mx
  layout[i + 1]! += my
  layout[j]! -= mx
  layout[j + 1]! -= my
}

/**
 * Pushes the point whose coordinates begin at `layout[i]` away from five others, all met where it stands now. Written out, so that
 * the processor works on the five at a time: a loop costs half as much again.
 */
function pushFlat(
  layout: Float32Array,
  i: number,
  j0: number,
  j1: number,
  j2: number,
  j3: number,
  j4: number,
  repulsion: Float32Array,
  rate: number,
  squares: Squares,
): void {
  const x = layout[i]!
  const y = layout[i + 1]!
  const x0 = x - layout[j0]!
  const y0 = y - layout[j0 + 1]!
  const x1 = x - layout[j1]!
  const y1 = y - layout[j1 + 1]!
  const x2 = x - layout[j2]!
  const y2 = y - layout[j2 + 1]!
  const x3 = x - layout[j3]!
  const y3 = y - layout[j3 + 1]!
  const x4 = x - layout[j4]!
  const y4 = y - layout[j4 + 1]!
  const p0 = forceAt(repulsion, squares, 0, x0 * x0 + y0 * y0)
  const p1 = forceAt(repulsion, squares, 1, x1 * x1 + y1 * y1)
  const p2 = forceAt(repulsion, squares, 2, x2 * x2 + y2 * y2)
  const p3 = forceAt(repulsion, squares, 3, x3 * x3 + y3 * y3)
  const p4 = forceAt(repulsion, squares, 4, x4 * x4 + y4 * y4)
  layout[i] = x + rate * (clip(p0 * x0) + clip(p1 * x1) + clip(p2 * x2) + clip(p3 * x3) + clip(p4 * x4))
  layout[i + 1] = y + rate * (clip(p0 * y0) + clip(p1 * y1) + clip(p2 * y2) + clip(p3 * y3) + clip(p4 * y4))
}

/** The random number after one that is not 0 (xorshift32, Marsaglia 2003). */
export function step(state: number): number {
  let next = state ^ (state << 13)
  next ^= next >>> 17
  return next ^ (next << 5)
}

/** A random number as an index below `points`. */
export const indexOf = (state: number, points: number): number => Math.floor((state >>> 0) * 2 ** -32 * points)

/** A move along one axis, no longer than it may be. */
export const clip = (move: number): number =>
  move > longestMove ? longestMove : move < -longestMove ? -longestMove : move

/** One epoch in any number of dimensions. Returns the random state. */
function runEpoch({ layout, forces, edges, dimensions, rate, epoch, state: start }: Epoch): number {
  const { from, to, period, next } = edges
  const points = layout.length / dimensions
  const move = makeMove(layout, dimensions, rate)
  let state = start
  for (let e = 0; e < from.length; e++) {
    if (next[e]! > epoch) continue
    next[e]! += period[e]!
    move(from[e]!, to[e]!, forces.attraction, true)
    for (let s = 0; s < negativeSamples; s++) {
      state = step(state)
      move(from[e]!, indexOf(state, points), forces.repulsion, false)
    }
  }
  return state
}

/** Moves point i by a force towards or away from point j, and that one against it where it moves too; nothing moves a point from itself. */
function makeMove(
  layout: Float32Array,
  dimensions: number,
  rate: number,
): (i: number, j: number, force: Float32Array, movesOther: boolean) => void {
  const squares = makeSquares(1)
  return (i, j, force, movesOther) => {
    const [a, b] = [i * dimensions, j * dimensions]
    let square = 0
    for (let d = 0; d < dimensions; d++) square += (layout[a + d]! - layout[b + d]!) ** 2
    const factor = forceAt(force, squares, 0, square)
    for (let d = 0; d < dimensions; d++) {
      const step = rate * clip(factor * (layout[a + d]! - layout[b + d]!))
      layout[a + d]! += step
      if (movesOther) layout[b + d]! -= step
    }
  }
}

function attract(layout: Float32Array, { layout: home, strength }: Anchor, rate: number): void {
  const share = strength * rate
  for (let i = 0; i < layout.length; i++) layout[i]! += share * (home[i]! - layout[i]!)
}
