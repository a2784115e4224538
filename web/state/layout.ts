/** The layout of a projection as the drawings read it, out of the tensors of a study. Pure. */
import type { LayerReport, ProjectionReport, ProjectionStudy } from '#server/wire/projection-study.ts'
import type { Tensor } from '#web/api/safetensors.ts'

/** Where the points of one layer lie. */
export interface LayerLayout {
  /** What laid them out: PCA stands in until another method has got to a layer. */
  readonly method: ProjectionStudy['method']
  /** Whether these are principal components until the layout has come. */
  readonly standsIn: boolean
  /** [count, 2] */
  readonly xy: Float32Array
  /** [count] share of the true neighbours that are neighbours in the plane, NaN where it was not measured; null while points move. */
  readonly kept: Float32Array | null
  /** [count, neighbourCount] true neighbours, nearest first, as indices of points of this layout, −1 for none; null while points move. */
  readonly neighbours: Int32Array | null
  readonly neighbourCount: number
  /** How far the whole layer can be trusted; null while points move. */
  readonly report: LayerReport | null
}

/** Points of a projection. Point i of every layer is the same. */
export interface Layout {
  readonly count: number
  /** [count] place of each point's instance in the corpus, rising for a corpus. */
  readonly ordinals: Int32Array
  /** By layer of states, 0 the embedding; null where nothing is known yet. */
  readonly layers: readonly (LayerLayout | null)[]
  /** Of steps: [count] place of the instance in the list that was asked for, and index of the output token the state led to. */
  readonly steps: { readonly instanceOf: Int32Array; readonly stepOf: Int32Array } | null
  /** null until it is finished. */
  readonly report: ProjectionReport | null
}

/** The layout in a result, or in a part of one that is under way; null where there are no points in it. */
export function readLayout(
  tensors: ReadonlyMap<string, Tensor>,
  method: ProjectionStudy['method'],
  report: ProjectionReport | null,
): Layout | null {
  const ordinals = integersOf(tensors, 'ordinals')
  if (ordinals === null) return null
  const found = [...tensors.keys()].flatMap((name) =>
    /^(?:xy|components)\./.test(name) ? [Number(name.split('.')[1])] : [],
  )
  const count = ordinals.length
  const depth = Math.max(report?.layers.length ?? 0, ...found.map((layer) => layer + 1))
  const layers = Array.from({ length: depth }, (_, layer) => {
    return readLayer(tensors, layer, count, method, report?.layers[layer] ?? null)
  })
  const [instanceOf, stepOf] = [integersOf(tensors, 'instanceOf'), integersOf(tensors, 'stepOf')]
  return { count, ordinals, layers, steps: instanceOf && stepOf ? { instanceOf, stepOf } : null, report }
}

function readLayer(
  tensors: ReadonlyMap<string, Tensor>,
  layer: number,
  count: number,
  method: LayerLayout['method'],
  report: LayerReport | null,
): LayerLayout | null {
  const xy = floatsOf(tensors, `xy.${layer}`)
  const components = floatsOf(tensors, `components.${layer}`)
  const still = { kept: null, neighbours: null, neighbourCount: 0, report: null }
  if (xy?.length !== 2 * count)
    return components?.length === 2 * count ? { method: 'pca', standsIn: true, xy: components, ...still } : null
  const neighbours = integersOf(tensors, `neighbours.${layer}`)
  const neighbourCount = neighbours === null ? 0 : neighbours.length / count
  return { method, standsIn: false, xy, kept: floatsOf(tensors, `kept.${layer}`), neighbours, neighbourCount, report }
}

/** A newer layout laid over an older one of the same points: what it does not know yet, or has only a stand-in for, is taken from the older. */
export function mergeLayouts(older: Layout | null, newer: Layout | null): Layout | null {
  if (older === null || newer === null) return newer ?? older
  if (older.count !== newer.count || older.ordinals.some((ordinal, i) => ordinal !== newer.ordinals[i])) return newer
  const depth = Math.max(older.layers.length, newer.layers.length)
  const layers = Array.from({ length: depth }, (_, layer) => over(older.layers[layer], newer.layers[layer]))
  return { ...newer, layers, steps: newer.steps ?? older.steps }
}

const over = (older: LayerLayout | null = null, newer: LayerLayout | null = null): LayerLayout | null =>
  newer === null || (newer.standsIn && older !== null) ? older : newer

function floatsOf(tensors: ReadonlyMap<string, Tensor>, name: string): Float32Array | null {
  const data = tensors.get(name)?.data
  return data instanceof Float32Array ? data : null
}

function integersOf(tensors: ReadonlyMap<string, Tensor>, name: string): Int32Array | null {
  const data = tensors.get(name)?.data
  return data instanceof Int32Array ? data : null
}
