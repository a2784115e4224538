/** One layer of a projection: components first, then neighbours, the layout, and what tells how far to trust it. */
import type { LayerProjection, LayoutSnapshot, Progress, ProjectionOptions, StateMatrix } from '#compute/types.ts'
import { jointAffinities, neighboursOfPerplexity } from './affinities.ts'
import { alignTo, axisSigns } from './align.ts'
import { findNeighbours, findNeighboursOf, firstOf, frameOf } from './neighbours.ts'
import type { Neighbours } from './neighbours.ts'
import { flipAxes, principalComponents, projectPoints } from './pca.ts'
import type { PrincipalComponents } from './pca.ts'
import type { ProductOptions } from './products.ts'
import { measureReliability } from './reliability.ts'
import { fuzzySimplicialSet } from './simplicial-set.ts'
import { tsneStart, umapStart } from './start.ts'
import { descendTsne } from './tsne.ts'
import { descendReference } from './umap-js.ts'
import { descend } from './umap.ts'
import type { LayoutOptions, LayoutStep } from './umap.ts'

export interface Layer {
  readonly points: StateMatrix
  readonly index: number
  /** The layout of the layer before. */
  readonly before: Float32Array | null
  /** A layout computed earlier, to be measured and used as it is. */
  readonly given: Float32Array | null
  /** Computed earlier; null: not yet. */
  readonly components: PrincipalComponents | null
  /** Points whose reliability is measured; null: all. */
  readonly measured: Int32Array | null
}

export interface FinishedLayer {
  readonly projection: LayerProjection
  readonly components: PrincipalComponents
}

interface Step {
  readonly progress: Progress
  readonly snapshot: LayoutSnapshot | null
}

export async function* projectLayer(
  layer: Layer,
  options: ProjectionOptions,
  products: ProductOptions,
): AsyncGenerator<Step, FinishedLayer> {
  const { points, index, before, given } = layer
  const report = (progress: Progress, layout: Float32Array | null = null): Step => ({
    progress,
    snapshot: layout === null ? null : { layer: index, layout: layout.slice() },
  })
  const components = layer.components ?? (await componentsOf(layer, options, products))
  const start = projectPoints(points, components, options.dimensions)
  yield report({ stage: 'components', done: 1, total: 1 }, start)
  const frame = frameOf(points, options.metric)(points)
  const near = yield* relay(nearestOf(frame, layer.measured, options, products), report)
  const moving = given === null ? layOut(near, start, before, options) : still(given)
  let step = moving.next()
  for (; step.done !== true; step = moving.next()) {
    const { epoch, epochs, layout } = step.value
    yield report({ stage: 'epochs', done: epoch, total: epochs }, layout)
  }
  const isFree = before !== null && given === null && options.method !== 'pca'
  const layout = isFree ? alignTo(step.value, before, options.dimensions) : step.value
  const neighbours = firstOf(near, options.judged)
  const measures = yield* relay(measureReliability(frame, neighbours, layout, products, layer.measured), report)
  const { preservation: reliability, trustworthiness, continuity } = measures
  const { indices, distances } = neighbours
  const projection = { layout, neighbours: indices, distances, reliability, trustworthiness, continuity }
  return { projection: { ...projection, ...explained(options.method, components) }, components }
}

/** Neighbours of all points; where nothing is laid out by them, of those alone that are measured. */
function nearestOf(
  frame: StateMatrix,
  measured: Int32Array | null,
  options: ProjectionOptions,
  products: ProductOptions,
): AsyncGenerator<Progress, Neighbours> {
  const { method, judged, metric } = options
  if (method === 'pca' && measured !== null) return findNeighboursOf(frame, measured, judged, metric, products)
  return findNeighbours(frame, Math.max(judged, neighboursWanted(options)), metric, products)
}

/** Neighbours that a method lays out by; for UMAP a point is its own first neighbour. */
function neighboursWanted({ method, neighbours, perplexity }: ProjectionOptions): number {
  if (method === 'pca') return 0
  return method === 'tsne' ? neighboursOfPerplexity(perplexity) : Math.max(1, neighbours - 1)
}

/** Components have no sign of their own: in PCA those of a later layer point the way of the layer before. */
export async function componentsOf(
  { points, before }: Pick<Layer, 'points' | 'before'>,
  { method, dimensions }: ProjectionOptions,
  products: ProductOptions,
): Promise<PrincipalComponents> {
  const found = await principalComponents(points, dimensions, products)
  if (before === null || method !== 'pca') return found
  return flipAxes(found, axisSigns(projectPoints(points, found, dimensions), before, dimensions))
}

const explained = (
  method: ProjectionOptions['method'],
  { variance, ratio }: PrincipalComponents,
): Pick<LayerProjection, 'explainedVariance' | 'explainedRatio'> => ({
  explainedVariance: Float64Array.from(method === 'pca' ? variance : []),
  explainedRatio: Float64Array.from(method === 'pca' ? ratio : []),
})

/** The descent that was asked for. A later layer starts where the one before ended, and is held near it. */
function layOut(
  near: Neighbours,
  components: Float32Array,
  before: Float32Array | null,
  options: ProjectionOptions,
): Generator<LayoutStep, Float32Array> {
  const rows = near.indices.length / near.count
  const { dimensions, seed, perplexity, alignment } = options
  const anchor = before === null ? null : { layout: before, strength: alignment }
  switch (options.method) {
    case 'pca':
      return still(components)
    case 'tsne': {
      const affinities = jointAffinities(firstOf(near, neighboursWanted(options)), perplexity)
      const start = before?.slice() ?? tsneStart(components, dimensions, seed)
      return descendTsne(affinities, start, { epochs: epochsOf(options, rows), exaggerates: before === null }, anchor)
    }
    case 'umap': {
      const others = firstOf(near, neighboursWanted(options))
      if (options.engine === 'umap-js') return descendReference(others, layoutOptions(options, rows))
      const start = before?.slice() ?? umapStart(components, seed)
      return descend(fuzzySimplicialSet(others), start, layoutOptions(options, rows), anchor)
    }
  }
}

/** Passes over so many points, as umap-learn and scikit-learn choose them where nobody says. */
export function epochsOf({ method, epochs }: ProjectionOptions, rows: number): number {
  if (method === 'pca') return 0
  if (epochs !== null) return epochs
  if (method === 'tsne') return 1000
  return rows <= 10_000 ? 500 : 200
}

export const layoutOptions = (options: ProjectionOptions, rows: number): LayoutOptions => ({
  dimensions: options.dimensions,
  epochs: epochsOf(options, rows),
  minDistance: options.minDistance,
  spread: options.spread,
  seed: options.seed,
})

// eslint-disable-next-line require-yield -- nothing moves
function* still(layout: Float32Array): Generator<LayoutStep, Float32Array> {
  return layout
}

/** Hands on the progress of a part of the work, and what it returns. */
export async function* relay<T>(
  work: AsyncGenerator<Progress, T>,
  report: (progress: Progress) => Step,
): AsyncGenerator<Step, T> {
  let step = await work.next()
  for (; step.done !== true; step = await work.next()) yield report(step.value)
  return step.value
}
