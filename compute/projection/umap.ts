/**
 * UMAP (McInnes, Healy and Melville 2018): stochastic gradient descent on the cross-entropy of two fuzzy sets, with negative
 * sampling, as umap-learn does it with one thread. Typed arrays and tables of forces; one seed gives the same bytes every time.
 */
import { fitCurve, makeForceIndex, tabulateForces } from './curve.ts'
import type { Forces } from './curve.ts'
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

/** Edges in row order; those too weak to be visited once are left out. */
export function edgesOf({ rows, starts, columns, values }: SparseMatrix, epochs: number): Edges {
  const strongest = values.reduce((most, value) => Math.max(most, value), 0)
  const kept: number[] = []
  const from: number[] = []
  for (let i = 0; i < rows; i++) {
    for (let at = starts[i]!; at < starts[i + 1]!; at++) {
      if (values[at]! < strongest / epochs) continue
      kept.push(at)
      from.push(i)
    }
  }
  const period = Float32Array.from(kept, (at) => strongest / values[at]!)
  return { from: Int32Array.from(from), to: Int32Array.from(kept, (at) => columns[at]!), period, next: period.slice() }
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
  /** Of the random numbers (xorshift32, Marsaglia 2003). */
  readonly state: number
}

/** One epoch in the plane: the loop of `runEpoch` unrolled, because nearly every layout is flat. Returns the random state. */
function runFlatEpoch({ layout, forces, edges, rate, epoch, state: start }: Epoch): number {
  const { attraction, repulsion } = forces
  const { from, to, period, next } = edges
  const points = layout.length >> 1
  const indexOf = makeForceIndex()
  let state = start
  for (let e = 0; e < from.length; e++) {
    if (next[e]! > epoch) continue
    next[e]! += period[e]!
    const i = 2 * from[e]!
    const j = 2 * to[e]!
    let x = layout[i]!
    let y = layout[i + 1]!
    const dx = x - layout[j]!
    const dy = y - layout[j + 1]!
    const force = attraction[indexOf(dx * dx + dy * dy)]!
    const mx = rate * clip(force * dx)
    const my = rate * clip(force * dy)
    x += mx
    y += my
    layout[j]! -= mx
    layout[j + 1]! -= my
    for (let s = 0; s < negativeSamples; s++) {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      const k = 2 * Math.floor((state >>> 0) * 2 ** -32 * points)
      if (k === i) continue
      const rx = x - layout[k]!
      const ry = y - layout[k + 1]!
      const push = repulsion[indexOf(rx * rx + ry * ry)]!
      x += rate * clip(push * rx)
      y += rate * clip(push * ry)
    }
    layout[i] = x
    layout[i + 1] = y
  }
  return state
}

const clip = (move: number): number => (move > longestMove ? longestMove : move < -longestMove ? -longestMove : move)

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
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      const k = Math.floor((state >>> 0) * 2 ** -32 * points)
      if (k !== from[e]!) move(from[e]!, k, forces.repulsion, false)
    }
  }
  return state
}

/** Moves point i by a force towards or away from point j, and that one against it where it moves too. */
function makeMove(
  layout: Float32Array,
  dimensions: number,
  rate: number,
): (i: number, j: number, force: Float32Array, movesOther: boolean) => void {
  const indexOf = makeForceIndex()
  return (i, j, force, movesOther) => {
    const [a, b] = [i * dimensions, j * dimensions]
    let square = 0
    for (let d = 0; d < dimensions; d++) square += (layout[a + d]! - layout[b + d]!) ** 2
    const factor = force[indexOf(square)]!
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
