/** A whole projection: from points to layouts, what tells how far to trust them, and the places of new points. */
import { ComputeError } from '#compute/errors.ts'
import type {
  LayerProjection,
  LayoutSnapshot,
  Progress,
  Projection,
  ProjectionOptions,
  StateMatrix,
} from '#compute/types.ts'
import { layoutOptions, projectLayer, relay } from './layer.ts'
import type { FinishedLayer, Layer } from './layer.ts'
import { findNeighboursAmong, frameOf } from './neighbours.ts'
import { projectPoints } from './pca.ts'
import type { PrincipalComponents } from './pca.ts'
import { placeTsne, placeUmap } from './place.ts'
import { checkNewPoints, checkPoints } from './points.ts'
import type { ProductOptions } from './products.ts'
import { neighboursOfPerplexity } from './affinities.ts'

export interface NamedStates extends StateMatrix {
  /** Stands in messages. */
  readonly name: string
}

/** What is laid out. Row i of every layer is the same point. */
export interface ProjectionInput {
  readonly layers: readonly NamedStates[]
  /** Points to place into the layout of the last layer; null: none. */
  readonly added: NamedStates | null
  /** Layouts computed earlier from the same layers and options, one each, to place into; null: compute them. */
  readonly given: readonly Float32Array[] | null
}

/** What a projection reports between two runs or epochs. */
export interface ProjectionStep {
  readonly progress: Progress
  readonly snapshot: LayoutSnapshot | null
}

/** A projection under way: it can be stopped, or another task slipped in, at every step. */
export type ProjectionSteps = AsyncGenerator<ProjectionStep, Projection>

/** Lays out every layer, each in the frame of the one before. Throws kind `bad-input` for points that cannot be projected. */
export async function* project(
  input: ProjectionInput,
  asked: ProjectionOptions,
  products: ProductOptions,
): ProjectionSteps {
  checkInput(input, asked)
  const options = fitted(asked, input.layers[0]!.rows)
  let last: FinishedLayer | null = null
  const layers: LayerProjection[] = []
  for (const [index, points] of input.layers.entries()) {
    const before: Float32Array | null = layers.at(-1)?.layout ?? null
    const layer: Layer = {
      points,
      index,
      before,
      given: input.given?.[index] ?? null,
      components: null,
      measured: null,
    }
    last = yield* projectLayer(layer, options, products)
    layers.push(last.projection)
  }
  const { projection, components } = last! // there is a layer
  const frame = { layout: projection.layout, components }
  const placed =
    input.added === null ? null : yield* placeAmong(input.layers.at(-1)!, frame, input.added, options, products)
  return { layers, placed }
}

function checkInput({ layers, added, given }: ProjectionInput, options: ProjectionOptions): void {
  const [first] = layers
  if (first === undefined) throw new ComputeError('bad-input', 'There are no points to project')
  for (const layer of layers) {
    checkPoints(layer, options.metric, layer.name)
    if (layer.rows === first.rows) continue
    throw new ComputeError(
      'bad-input',
      `${first.name} has ${first.rows} points but ${layer.name} has ${layer.rows}; layers must hold the same points in the same order`,
    )
  }
  if (options.method === 'tsne' && options.dimensions !== 2) {
    throw new ComputeError('bad-input', `t-SNE lays out in 2 dimensions, not ${options.dimensions}; use umap or pca`)
  }
  if (added !== null) checkNewPoints(added, layers.at(-1)!, options.metric, added.name)
  if (given !== null && given.some((layout) => layout.length !== first.rows * options.dimensions)) {
    throw new ComputeError(
      'bad-input',
      `The given layout does not have ${first.rows} points in ${options.dimensions} dimensions`,
    )
  }
}

/** Neighbours are fewer than the points; t-SNE needs three times its perplexity of them. */
export function fitted(options: ProjectionOptions, rows: number): ProjectionOptions {
  return {
    ...options,
    neighbours: Math.min(options.neighbours, rows - 1),
    judged: Math.min(options.judged, rows - 1),
    perplexity: Math.min(options.perplexity, (rows - 1) / 3),
  }
}

/** Places new points into the layout of a layer. [added, dimensions] */
export async function* placeAmong(
  points: StateMatrix,
  { layout, components }: { readonly layout: Float32Array; readonly components: PrincipalComponents },
  added: StateMatrix,
  options: ProjectionOptions,
  products: ProductOptions,
): AsyncGenerator<ProjectionStep, Float32Array> {
  const { method, metric, perplexity } = options
  if (method === 'pca') return projectPoints(added, components, options.dimensions)
  const count = method === 'tsne' ? neighboursOfPerplexity(perplexity) : options.neighbours
  const frame = frameOf(points, metric)
  const among = findNeighboursAmong(
    frame(added),
    frame(points),
    Math.max(1, Math.min(points.rows, count)),
    metric,
    products,
  )
  const neighbours = yield* relay(among, (progress) => ({ progress, snapshot: null }))
  if (method === 'tsne') return placeTsne(neighbours, layout, perplexity)
  return placeUmap(added, neighbours, layout, layoutOptions(options, points.rows))
}
