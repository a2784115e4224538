import { createHash } from 'node:crypto'
import type { FileTensor } from '#compute/index.ts'
import { ComputeError, decodeSafetensors } from '#compute/index.ts'
import type { FinishedLayout, LayerPart, ProjectTask, ProjectedLayers, ProjectionOptions } from '#compute/types.ts'
import { countComplete } from '../db/outputs.ts'
import { countCrash, readRun } from '../db/runs.ts'
import {
  type LayerReport,
  type ProjectionReport,
  type ProjectionStudy,
  reliabilityNeighbours,
} from '../wire/projection-study.ts'
import type { ActiveRun } from './active.ts'
import { type ComputingDeps, type Made, withRetries } from './computing.ts'
import { type StudyInput, keyOf } from './input.ts'
import { type PointsOfStates, gatherCorpus, gatherSteps } from './projected-points.ts'
import { type ResultTensors, storeResult } from './result-file.ts'

/** Between two pictures of moving points; large ones go out no faster than this many bytes a second. */
const PICTURE_MS = 200
const PICTURE_RATE = 4_000_000

/** Up to so many points, what a finished layer is worth is told before the others are finished. */
const MOST_TOLD = 20_000

/** Where the points of a layer lie by now, and how far they can be trusted. */
type Layers = Map<number, LayerPart>

/** Lays hidden states out; layers are told as they come. */
export async function computeProjection(
  input: StudyInput,
  study: ProjectionStudy,
  active: ActiveRun,
  deps: ComputingDeps,
): Promise<Made> {
  const corpus = study.of === 'corpus' || study.of.over ? await gatherCorpus(input, study.method, deps) : null
  const steps = study.of === 'corpus' ? null : await gatherSteps(input, study.of.steps, deps)
  // One of them is what was asked for; where steps lie over the corpus, they are what is told.
  const [points, told] = [corpus ?? steps!, steps ?? corpus!] as const
  const task: ProjectTask = {
    kind: 'project',
    points: points.states,
    added: corpus !== null && steps !== null ? steps.states : null,
    given: corpus !== null && steps !== null ? await readCorpusLayout(input, study, deps) : null,
    options: optionsOf(study),
  }
  const layers: Layers = new Map()
  const projected = await project(task, told, layers, active, deps)
  const tensors = { ...told.places, ...tensorsOf(layers, told.states.count) }
  const report = await reportOf(input, study, { told, layers, projected }, deps)
  const notes = { revision: input.revision, study: JSON.stringify(study), report: JSON.stringify(report) }
  return storeResult(tensors, notes, deps)
}

function project(
  task: ProjectTask,
  { places, states }: PointsOfStates,
  layers: Layers,
  active: ActiveRun,
  deps: ComputingDeps,
): Promise<ProjectedLayers> {
  const pause = Math.max(PICTURE_MS, (12_000 * states.count) / PICTURE_RATE)
  let shownAt = -Infinity
  const tell = (part: LayerPart): void => {
    layers.set(part.layer, part)
    if (part.stage === 'moving' && deps.now().getTime() - shownAt < pause) return
    shownAt = deps.now().getTime()
    const settled = [...layers.values()].filter(({ stage }) => stage === 'settled').length
    const told = states.count > MOST_TOLD ? { ...part, finished: null } : part
    active.tensors({ ...places, ...tensorsOfLayer(told, states.count) }, settled, layers.size)
  }
  return withRetries(
    active,
    () => countCrash(deps.database, active.run.key),
    () => deps.pool.run(task, 'waited', { progress: (progress) => active.report(progress), partial: tell }),
  )
}

export const optionsOf = (study: ProjectionStudy): ProjectionOptions => ({
  method: study.method,
  engine: 'fast',
  dimensions: 2,
  metric: study.metric,
  seed: study.seed,
  neighbours: study.neighbours,
  judged: reliabilityNeighbours,
  minDistance: study.minDistance,
  spread: study.spread,
  perplexity: study.perplexity,
  epochs: study.epochs,
  alignment: 0.02,
})

/** The layouts of the corpus under the same parameters, where they were computed before; principal components are not stored. */
async function readCorpusLayout(
  input: StudyInput,
  study: ProjectionStudy,
  { database, engine, results }: ComputingDeps,
): Promise<readonly Float32Array[] | null> {
  const states = input.states.filter(([, instances]) => instances > 0)
  const run = await readRun(database, keyOf({ ...input, study: { ...study, of: 'corpus' }, states }, engine))
  const bytes = run?.state === 'done' && run.result !== null ? await results.read(run.result) : null
  if (bytes === null || study.method === 'pca') return null
  const tensors = decodeSafetensors(bytes, 'the layout of the corpus')
  const layouts: Float32Array[] = []
  for (let layer = 0; tensors.has(`xy.${layer}`); layer++) {
    layouts.push(tensors.get(`xy.${layer}`)!.data as Float32Array) // written by `tensorsOfLayer`
  }
  return layouts
}

const tensorsOf = (layers: Layers, count: number): ResultTensors =>
  Object.assign({}, ...[...layers.values()].map((part) => tensorsOfLayer(part, count))) as ResultTensors

function tensorsOfLayer({ layer, stage, layout, finished }: LayerPart, count: number): ResultTensors {
  const xy: FileTensor = { dtype: 'F32', shape: [count, 2], data: layout }
  if (finished === null) return { [`${stage === 'components' ? 'components' : 'xy'}.${layer}`]: xy }
  const { neighbours, reliability } = finished
  return {
    [`xy.${layer}`]: xy,
    [`kept.${layer}`]: { dtype: 'F32', shape: [count], data: reliability },
    [`neighbours.${layer}`]: { dtype: 'I32', shape: [count, neighbours.length / count], data: neighbours },
  }
}

interface Finished {
  readonly told: PointsOfStates
  readonly layers: Layers
  readonly projected: ProjectedLayers
}

async function reportOf(
  { workspace, revision }: StudyInput,
  study: ProjectionStudy,
  { told, layers, projected }: Finished,
  { database }: ComputingDeps,
): Promise<ProjectionReport> {
  const parts = Array.from({ length: projected.layers }, (_, layer) => {
    const part = layers.get(layer)
    if (part === undefined) throw new ComputeError('internal', `internal: layer ${layer} was never told`)
    return part
  })
  const hash = createHash('sha256')
  for (const { layout } of parts) hash.update(bytesOf(layout))
  const shown = told.states.count
  const { complete, all } = await countComplete(database, workspace, revision)
  const ofCorpus = study.of === 'corpus'
  return {
    layers: parts.map(({ finished }) => layerReportOf(finished)),
    shown,
    of: ofCorpus ? all : shown,
    partial: ofCorpus ? partialOf(told, complete < all, shown < all) : null,
    measured: parts[0]?.finished?.reliability.filter((share) => !Number.isNaN(share)).length ?? 0,
    hash: hash.digest('hex'),
    parameters: parametersOf(study, projected.options),
  }
}

function partialOf({ sampled }: PointsOfStates, isMissing: boolean, isLess: boolean): ProjectionReport['partial'] {
  if (sampled) return 'sample'
  if (!isLess) return null
  return isMissing ? 'outputs' : 'problems'
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

function layerReportOf(finished: FinishedLayout | null): LayerReport {
  if (finished === null) return { trustworthiness: null, continuity: null, kept: null, variance: [], duplicates: 0 }
  const { means, explainedRatio, duplicates } = finished
  return {
    trustworthiness: means.trustworthiness,
    continuity: means.continuity,
    kept: means.reliability,
    variance: [...explainedRatio],
    duplicates,
  }
}

function parametersOf(study: ProjectionStudy, used: ProjectionOptions): ProjectionReport['parameters'] {
  const { kind: _kind, of: _of, ...parameters } = study
  const { neighbours, perplexity, epochs } = used
  return { ...parameters, neighbours, perplexity, epochs }
}
