/** Collecting the results of layers, kinds and targets, in any order, into one attention attribution. */
import type {
  AttentionAttribution,
  AttentionPlace,
  HeadImportance,
  LayerAttribution,
  PartialLayerAttribution,
} from '#compute/types.ts'
import type { AttentionPath } from './attention-path.ts'
import { totalOf } from './attention-panels.ts'
import type { PlaceResult } from './attention-panels.ts'

export interface AttentionBoard {
  readonly put: (place: AttentionPlace, target: number, result: PlaceResult, isDone: boolean) => void
  /** Whether a target is done at a place, or at all of them. */
  readonly has: (place: AttentionPlace, target: number) => boolean
  readonly isWhole: (target: number) => boolean
  readonly progress: () => { readonly done: number; readonly total: number }
  readonly partial: (place: AttentionPlace, targets: readonly number[]) => PartialLayerAttribution
  readonly whole: () => AttentionAttribution
}

export function makeAttentionBoard(
  path: AttentionPath,
  places: readonly AttentionPlace[],
  finished: readonly PartialLayerAttribution[],
): AttentionBoard {
  const results = new Map(places.map((place) => [keyOf(place), new Map<number, PlaceResult>()]))
  const done = new Map(places.map((place) => [keyOf(place), new Set<number>()]))
  const all = [...path.problem.targets.keys()]
  const has = (place: AttentionPlace, target: number): boolean => done.get(keyOf(place))!.has(target)
  const put = (place: AttentionPlace, target: number, result: PlaceResult, isDone: boolean): void => {
    results.get(keyOf(place))?.set(target, result)
    if (isDone) done.get(keyOf(place))?.add(target)
  }
  const gather = (place: AttentionPlace, targets: readonly number[]): LayerAttribution =>
    gatherPlace(
      path,
      place,
      targets,
      targets.map((target) => results.get(keyOf(place))!.get(target)!),
    )
  for (const earlier of finished) {
    earlier.targets.forEach((target, k) => put(earlier, target, takeResult(earlier, k), true))
  }
  return {
    put,
    has,
    partial: (place, targets) => {
      const layer = gather(place, targets)
      return { ...layer, targets, maxima: Float32Array.from(maximaOf(layer)) }
    },
    isWhole: (target) => places.every((place) => has(place, target)),
    progress: () => ({
      done: [...done.values()].reduce((sum, { size }) => sum + size, 0),
      total: places.length * all.length,
    }),
    whole: () => {
      const layers = places.map((place) => gather(place, all))
      return { objective: path.objective, layers, importance: importanceOf(layers) }
    },
  }
}

const keyOf = ({ kind, layer }: AttentionPlace): string => `${kind}.${layer}`

/** Joins the results of targets; the gap is that of the entries as they are shown, in float32. */
function gatherPlace(
  path: AttentionPath,
  place: AttentionPlace,
  targets: readonly number[],
  results: readonly PlaceResult[],
): LayerAttribution {
  const [heads, queries, keys] = path.shape(place)
  const size = heads * queries * keys
  const attribution = new Float32Array(targets.length * size)
  results.forEach((result, k) => attribution.set(result.attribution, k * size))
  return {
    kind: place.kind,
    layer: place.layer,
    attribution,
    shape: [targets.length, heads, queries, keys],
    baselineObjective: Float32Array.from(results, ({ baselineObjective }) => baselineObjective),
    gap: Float32Array.from(
      results,
      (result, k) => totalOf(result.attribution) - (path.objective[targets[k]!]! - result.baselineObjective),
    ),
    nodes: Int32Array.from(results, ({ nodes }) => nodes),
    converged: Uint8Array.from(results, ({ converged }) => (converged ? 1 : 0)),
  }
}

function takeResult(earlier: PartialLayerAttribution, k: number): PlaceResult {
  const size = earlier.attribution.length / earlier.targets.length
  return {
    attribution: earlier.attribution.slice(k * size, (k + 1) * size),
    baselineObjective: earlier.baselineObjective[k]!,
    nodes: earlier.nodes[k]!,
    converged: earlier.converged[k] === 1,
  }
}

/** The attribution of one layer, as far as its importance depends on it. */
export type LayerEntries = Pick<LayerAttribution, 'kind' | 'layer' | 'attribution' | 'shape'>

/**
 * Head importance as Hao et al. define it, E[max(Attr_h(A))]: the mean over targets of the largest signed entry of each head's
 * matrix. Entries that a target cannot depend on are 0 and take part.
 */
export function importanceOf(layers: readonly LayerEntries[]): readonly HeadImportance[] {
  const kinds = [...new Set(layers.map(({ kind }) => kind))]
  return kinds.map((kind) => {
    const own = layers.filter((layer) => layer.kind === kind).toSorted((a, b) => a.layer - b.layer)
    const rows = own.map(meanMaxima)
    return { kind, shape: [own.length, rows[0]?.length ?? 0], importance: Float32Array.from(rows.flat()) }
  })
}

/** [heads] */
function meanMaxima(layer: LayerEntries): readonly number[] {
  const [targets, heads] = layer.shape
  const maxima = maximaOf(layer)
  return Array.from({ length: heads }, (_, h) => {
    let sum = 0
    for (let k = 0; k < targets; k++) sum += maxima[k * heads + h]!
    return sum / targets
  })
}

/** [targets, heads] the largest signed entry of each head's matrix. */
export function maximaOf({ attribution, shape: [targets, heads, queries, keys] }: LayerEntries): Float64Array {
  const size = queries * keys
  return Float64Array.from({ length: targets * heads }, (_, row) =>
    attribution.subarray(row * size, (row + 1) * size).reduce((largest, entry) => Math.max(largest, entry), -Infinity),
  )
}
