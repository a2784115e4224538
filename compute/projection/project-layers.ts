/**
 * All layers of stored states in one frame, from the last to the first: the last is the one that is looked at, so it comes first, and
 * every other starts from the layout of the layer above it. Principal components of all layers are told before anything else.
 */
import type {
  LayerPart,
  LayerProjection,
  Metric,
  Progress,
  ProjectedLayers,
  ProjectionOptions,
  StateMatrix,
} from '#compute/types.ts'
import { componentsOf, epochsOf, projectLayer } from './layer.ts'
import { makePace } from './pace.ts'
import type { Pace } from './pace.ts'
import { projectPoints } from './pca.ts'
import type { PrincipalComponents } from './pca.ts'
import { checkNewPoints, checkPoints, countDuplicates } from './points.ts'
import type { ProductOptions } from './products.ts'
import { fitted, placeAmong } from './project.ts'
import { meanOfMeasure } from './reliability.ts'
import type { OpenStates } from './stored-states.ts'

/** Up to so many points all are measured, above only so many of them: every one is compared with all. */
const mostMeasured = 20_000

export interface LayersInput {
  readonly points: OpenStates
  /** Points to place into the layouts; null: none, and the layouts are what is wanted. */
  readonly added: OpenStates | null
  /** Layouts computed earlier to place into, by layer; null: compute them. */
  readonly given: readonly Float32Array[] | null
}

export interface LayersStep {
  readonly progress: Progress
  readonly part: LayerPart | null
}

type Steps<T> = AsyncGenerator<LayersStep, T>

interface Work extends LayersInput {
  readonly layers: number
  readonly options: ProjectionOptions
  readonly products: ProductOptions
  readonly pace: Pace
}

/** Lays out every layer, or places the added points into every layer. Throws kind `bad-input` for points that cannot be projected. */
export async function* projectLayers(
  input: LayersInput,
  asked: ProjectionOptions,
  products: ProductOptions,
): Steps<ProjectedLayers> {
  const { points, added } = input
  const layers = Math.min(points.layers, added?.layers ?? points.layers)
  const options = { ...fitted(asked, points.count), epochs: epochsOf(asked, points.count) }
  const pace = makePace({ layers, rows: points.count, width: points.width, measured: mostMeasured, options })
  const work: Work = { ...input, layers, options, products, pace }
  const components = yield* findComponents(work)
  let before: Float32Array | null = null
  for (let layer = layers - 1; layer >= 0; layer--) {
    before = yield* layOut(work, layer, components[layer]!, before)
  }
  return { layers, options }
}

/** The components of every layer; told at once, as layouts that stand in for what is to come. */
async function* findComponents({ points, added, layers, options, products, pace }: Work): Steps<PrincipalComponents[]> {
  const found: PrincipalComponents[] = []
  let before: Float32Array | null = null
  for (let layer = layers - 1; layer >= 0; layer--) {
    const matrix = yield* readPoints(points, layer, options.metric, pace)
    const components = await componentsOf({ points: matrix, before }, { ...options, method: 'pca' }, products)
    found[layer] = components
    before = projectPoints(matrix, components, options.dimensions)
    const part: LayerPart | null =
      added === null ? { layer, stage: 'components', layout: before, finished: null } : null
    yield { progress: pace.at(layer, { stage: 'components', done: 1, total: 1 }), part }
  }
  return found
}

/** Lays out one layer or takes its given layout, and places what is to be placed in it. Returns the layout. */
async function* layOut(
  work: Work,
  layer: number,
  components: PrincipalComponents,
  before: Float32Array | null,
): Steps<Float32Array> {
  const { points, added, given, options, products, pace } = work
  const matrix = yield* readPoints(points, layer, options.metric, pace)
  const known = given?.[layer] ?? null
  const layout = known ?? (yield* arrange(work, layer, { points: matrix, components, before }))
  if (added === null) return layout
  const fresh = yield* readNew(added, layer, matrix, options.metric, pace)
  const placing = placeAmong(matrix, { layout, components }, fresh, options, products)
  let step = await placing.next()
  for (; step.done !== true; step = await placing.next()) {
    yield { progress: pace.at(layer, { ...step.value.progress, stage: 'placing' }), part: null }
  }
  yield {
    progress: pace.at(layer, { stage: 'placing', done: 1, total: 1 }),
    part: { layer, stage: 'settled', layout: step.value, finished: null },
  }
  return layout
}

interface Start {
  readonly points: StateMatrix
  readonly components: PrincipalComponents
  readonly before: Float32Array | null
}

async function* arrange({ added, options, products, pace }: Work, layer: number, start: Start): Steps<Float32Array> {
  const { points } = start
  // What others are placed into is not judged here.
  const measured = added === null ? sampleOf(points.rows) : new Int32Array()
  const named = { ...points, name: nameOf(layer) }
  const projecting = projectLayer({ ...start, points: named, index: layer, given: null, measured }, options, products)
  let step = await projecting.next()
  for (; step.done !== true; step = await projecting.next()) {
    const { progress, snapshot } = step.value
    const shown = added === null && progress.stage === 'epochs' ? snapshot : null
    yield { progress: pace.at(layer, progress), part: shown && { ...shown, stage: 'moving', finished: null } }
  }
  const { projection } = step.value
  if (added === null) {
    const finished = finishedOf(projection, countDuplicates(points))
    yield {
      progress: pace.at(layer, { stage: 'reliability', done: 1, total: 1 }),
      part: { layer, stage: 'settled', layout: projection.layout, finished },
    }
  }
  return projection.layout
}

const finishedOf = (
  { neighbours, reliability, trustworthiness, continuity, explainedRatio }: LayerProjection,
  duplicates: number,
): LayerPart['finished'] => ({
  neighbours,
  reliability,
  means: {
    reliability: meanOfMeasure(reliability),
    trustworthiness: meanOfMeasure(trustworthiness),
    continuity: meanOfMeasure(continuity),
  },
  explainedRatio,
  duplicates,
})

/** Evenly over the points, or null for all. */
function sampleOf(rows: number): Int32Array | null {
  if (rows <= mostMeasured) return null
  return Int32Array.from({ length: mostMeasured }, (_, i) => Math.floor((i * rows) / mostMeasured))
}

const nameOf = (layer: number): string => `Layer ${layer}`

async function* readPoints(states: OpenStates, layer: number, metric: Metric, pace: Pace): Steps<StateMatrix> {
  const matrix = yield* read(states, layer, pace)
  checkPoints(matrix, metric, nameOf(layer))
  return matrix
}

async function* readNew(
  states: OpenStates,
  layer: number,
  like: StateMatrix,
  metric: Metric,
  pace: Pace,
): Steps<StateMatrix> {
  const matrix = yield* read(states, layer, pace)
  checkNewPoints(matrix, like, metric, nameOf(layer))
  return matrix
}

async function* read(states: OpenStates, layer: number, pace: Pace): Steps<StateMatrix> {
  const reading = states.read(layer)
  let step = reading.next()
  for (; step.done !== true; step = reading.next()) {
    yield { progress: pace.at(layer, { stage: 'reading', done: 0, total: 1 }), part: null }
  }
  return step.value
}
