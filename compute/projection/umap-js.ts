/** UMAP by umap-js, fed with exact neighbours: the engine that ours is compared with. */
import { UMAP } from 'umap-js'
import { makeRandom } from '#compute/generate/sample.ts'
import type { Neighbours } from './neighbours.ts'
import type { LayoutOptions, LayoutStep } from './umap.ts'

/** Lays out from a random start. Epochs are as many as asked for; yields after each. */
export function* descendReference(neighbours: Neighbours, options: LayoutOptions): Generator<LayoutStep, Float32Array> {
  const { count, indices, distances } = neighbours
  const points = indices.length / count
  const umap = new UMAP({
    nComponents: options.dimensions,
    nEpochs: options.epochs,
    nNeighbors: count + 1,
    minDist: options.minDistance,
    spread: options.spread,
    random: makeRandom(options.seed),
  })
  // As in umap-learn a point is its own first neighbour.
  const rows = Array.from({ length: points }, (_, i) => [i, ...indices.subarray(i * count, (i + 1) * count)])
  const far = Array.from({ length: points }, (_, i) => [0, ...distances.subarray(i * count, (i + 1) * count)])
  umap.setPrecomputedKNN(rows, far)
  // The points themselves are not read where neighbours are given, but counted.
  const epochs = umap.initializeFit(Array.from({ length: points }, () => [0]))
  for (let epoch = 1; epoch <= epochs; epoch++) {
    umap.step()
    yield { epoch, epochs, layout: flat(umap.getEmbedding()) }
  }
  return flat(umap.getEmbedding())
}

const flat = (rows: readonly (readonly number[])[]): Float32Array => Float32Array.from(rows.flat())
