/** Placing new points into a finished layout. Each is placed on its own: the others of its batch make no difference. */
import type { StateMatrix } from '#compute/types.ts'
import { conditionalAffinities } from './affinities.ts'
import { fitCurve, forceAt, makeSquares, tabulateForces } from './curve.ts'
import type { Neighbours } from './neighbours.ts'
import { membershipsOf, widthsFromZero } from './simplicial-set.ts'
import { clip, indexOf, negativeSamples, step } from './umap.ts'
import type { LayoutOptions } from './umap.ts'

/** Of the first steps; a placed point is near its end already. */
const firstRate = 0.25

/**
 * UMAP's transform: a point starts at the mean of its neighbours' places, weighted by membership, and descends for a third of the
 * epochs while the old points stay. Its random numbers come from its own coordinates, its edges are paced by its own strongest.
 */
export function placeUmap(
  added: StateMatrix,
  neighbours: Neighbours,
  layout: Float32Array,
  options: LayoutOptions,
): Float32Array {
  const { dimensions } = options
  const weights = membershipsOf(neighbours, widthsFromZero(neighbours))
  const placed = weightedPlaces(neighbours, weights, layout, dimensions)
  const settle = makeSettle(layout, { ...options, epochs: Math.ceil(options.epochs / 3) })
  for (let i = 0; i < added.rows; i++) {
    const row = { start: i * neighbours.count, end: (i + 1) * neighbours.count }
    const seed = hashOf(added.data.subarray(i * added.width, (i + 1) * added.width), options.seed)
    const place = placed.subarray(i * dimensions, (i + 1) * dimensions)
    settle(place, neighbours.indices.subarray(row.start, row.end), weights.subarray(row.start, row.end), seed)
  }
  return placed
}

/** The mean of the neighbours' places, weighted by the affinities of t-SNE: the initial placement of Poličar et al. (2019). */
export const placeTsne = (neighbours: Neighbours, layout: Float32Array, perplexity: number): Float32Array =>
  weightedPlaces(neighbours, conditionalAffinities(neighbours, perplexity), layout, 2)

function weightedPlaces(
  { count, indices }: Neighbours,
  weights: Float32Array,
  layout: Float32Array,
  dimensions: number,
): Float32Array {
  const placed = new Float32Array((indices.length / count) * dimensions)
  for (let i = 0; i < indices.length / count; i++) {
    const sums = new Float64Array(dimensions)
    let whole = 0
    for (let at = i * count; at < (i + 1) * count; at++) {
      whole += weights[at]!
      for (let d = 0; d < dimensions; d++) sums[d]! += weights[at]! * layout[indices[at]! * dimensions + d]!
    }
    placed.set(
      sums.map((sum) => sum / whole),
      i * dimensions,
    )
  }
  return placed
}

type Settle = (place: Float32Array, neighbours: Int32Array, weights: Float32Array, seed: number) => void

/** The descent of one point among fixed ones. */
function makeSettle(layout: Float32Array, { dimensions, epochs, minDistance, spread }: LayoutOptions): Settle {
  const { attraction, repulsion } = tabulateForces(fitCurve(minDistance, spread))
  const squares = makeSquares(1)
  const points = layout.length / dimensions
  const push = (place: Float32Array, j: number, force: Float32Array, rate: number): void => {
    let square = 0
    for (let d = 0; d < dimensions; d++) square += (place[d]! - layout[j * dimensions + d]!) ** 2
    const factor = forceAt(force, squares, 0, square)
    for (let d = 0; d < dimensions; d++) {
      const move = factor * (place[d]! - layout[j * dimensions + d]!)
      place[d]! += rate * clip(move)
    }
  }
  return (place, neighbours, weights, seed) => {
    let state = seed
    const strongest = weights.reduce((most, weight) => Math.max(most, weight), 0)
    const next = weights.map((weight) => strongest / weight)
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const rate = firstRate * (1 - (epoch - 1) / epochs)
      for (let k = 0; k < neighbours.length; k++) {
        if (next[k]! > epoch) continue
        next[k]! += strongest / weights[k]!
        push(place, neighbours[k]!, attraction, rate)
        for (let s = 0; s < negativeSamples; s++) {
          state = step(state)
          push(place, indexOf(state, points), repulsion, rate)
        }
      }
    }
  }
}

/** A number of the bits of a point and the seed (FNV-1a over 32-bit words), never 0. */
function hashOf(point: Float32Array, seed: number): number {
  let hash = Math.imul(seed ^ 0x811c9dc5, 0x01000193)
  for (const word of new Uint32Array(Float32Array.from(point).buffer)) hash = Math.imul(hash ^ word, 0x01000193)
  return hash | 1
}
