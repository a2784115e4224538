/** What `project` writes: layouts to a file, how good they are to the screen. */
import type { FileTensor } from '#compute/index.ts'
import type { Device, LayerProjection, Projection, ProjectionOptions } from '#compute/types.ts'
import type { CommandContext, Local } from './command.ts'
import type { Question } from './project.ts'
import { writeTensorFile } from './tensor-file.ts'

interface Finished {
  readonly input: Question
  /** As they were used: neighbours and perplexity fitted to the number of points. */
  readonly options: ProjectionOptions
  readonly device: Device
  readonly to: string
  readonly result: Projection
}

/** Writes the layouts, with further tensors per point, and says how good they are. */
export async function writeProjection(
  local: Local,
  { input, options, device, to, result }: Finished,
  perPoint: Readonly<Record<string, FileTensor>>,
) {
  const tensors = { ...perPoint, ...tensorsOf(input, options, result) }
  await writeTensorFile(to, tensors, { command: 'project', device, ...options })
  const shapes = Object.entries(tensors).map(([name, { shape }]) => ({ name, shape }))
  const layers = result.layers.map((layer, l) => ({
    name: input.layers[l]!.name,
    duplicates: local.countDuplicates(input.layers[l]!),
    reliability: local.meanOfMeasure(layer.reliability),
    trustworthiness: local.meanOfMeasure(layer.trustworthiness),
    continuity: local.meanOfMeasure(layer.continuity),
    explainedVarianceRatio: [...layer.explainedRatio],
  }))
  return { ...options, device, points: input.layers[0]!.rows, layers, output: to, tensors: shapes }
}

export async function reportProjection(
  { args, streams }: CommandContext,
  local: Local,
  finished: Finished,
): Promise<void> {
  const document = await writeProjection(local, finished, {})
  if (args.has('json')) return streams.out(JSON.stringify(document))
  for (const { name, shape } of document.tensors) streams.out(`${name} [${shape.join(', ')}]`)
  for (const layer of document.layers) streams.out(describe(layer, finished.options))
}

function describe(
  layer: {
    readonly name: string
    readonly duplicates: number
    readonly reliability: number
    readonly trustworthiness: number
    readonly continuity: number
    readonly explainedVarianceRatio: readonly number[]
  },
  { neighbours }: ProjectionOptions,
): string {
  const percent = (part: number): string => `${(100 * part).toFixed(1)} %`
  const explained = layer.explainedVarianceRatio.map(percent).join(' and ')
  return [
    `${layer.name}: ${percent(layer.reliability)} of the ${neighbours} true neighbours are neighbours in the layout`,
    `trustworthiness ${layer.trustworthiness.toFixed(4)}, continuity ${layer.continuity.toFixed(4)}`,
    ...(explained === '' ? [] : [`the axes explain ${explained} of the variance`]),
    ...(layer.duplicates === 0 ? [] : [`${layer.duplicates} points are equal to earlier ones`]),
  ].join('; ')
}

function tensorsOf(
  { layers: inputs, added }: Question,
  { dimensions }: ProjectionOptions,
  { layers, placed }: Projection,
): Readonly<Record<string, FileTensor>> {
  const entries = layers.flatMap((layer, l) => {
    const { rows, suffix } = inputs[l]!
    return Object.entries(tensorsOfLayer(layer, rows, dimensions)).map(([name, tensor]) => [`${name}${suffix}`, tensor])
  })
  const fresh =
    placed === null ? {} : { 'layout.new': { dtype: 'F32', shape: [added!.rows, dimensions], data: placed } as const }
  return { ...(Object.fromEntries(entries) as Record<string, FileTensor>), ...fresh }
}

function tensorsOfLayer(layer: LayerProjection, rows: number, dimensions: number): Record<string, FileTensor> {
  const perPoint = (data: Float32Array): FileTensor => ({ dtype: 'F32', shape: [rows], data })
  const count = layer.neighbours.length / rows
  const axes = layer.explainedVariance.length
  return {
    layout: { dtype: 'F32', shape: [rows, dimensions], data: layer.layout },
    reliability: perPoint(layer.reliability),
    trustworthiness: perPoint(layer.trustworthiness),
    continuity: perPoint(layer.continuity),
    neighbours: { dtype: 'I32', shape: [rows, count], data: layer.neighbours },
    distances: { dtype: 'F32', shape: [rows, count], data: layer.distances },
    ...(axes === 0
      ? {}
      : {
          explained_variance: { dtype: 'F64', shape: [axes], data: layer.explainedVariance },
          explained_variance_ratio: { dtype: 'F64', shape: [axes], data: layer.explainedRatio },
        }),
  }
}
