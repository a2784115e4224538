/** What heads may be ranked by, for one text. Every one has the shape of the importance of attention attribution. */
import { attentionAttribution, attentionPlaces } from '#compute/attribution/attention-attribution.ts'
import { importanceOf } from '#compute/attribution/attention-board.ts'
import type { LayerEntries } from '#compute/attribution/attention-board.ts'
import { openAttentionPath } from '#compute/attribution/attention-path.ts'
import type { AttentionPath } from '#compute/attribution/attention-path.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { lastOf } from '#compute/steps.ts'
import type { AttentionOptions, AttentionPlace, HeadImportance } from '#compute/types.ts'
import { headMeasures } from './head-measures.ts'

/**
 * `attribution`: the largest entry of a head's attention attribution, mean over targets (Hao et al. 2021). `gradient`: the same of
 * A ⊙ ∂F/∂A at the input, the one-node form of it. `attention`: the largest weight of each query, mean over queries (the confidence
 * of Voita et al. 2019, here with special tokens); targets play no part in it.
 */
export type ImportanceMeasure = 'attribution' | 'gradient' | 'attention'

/** Importance of every head, [layers, heads] by kind. `quadrature` is that of `attribution` alone. */
export async function headImportance(
  engine: Engine,
  problem: Problem,
  measure: ImportanceMeasure,
  options: Omit<AttentionOptions, 'kinds'>,
): Promise<readonly HeadImportance[]> {
  if (measure === 'attention') return byConfidence(engine, problem)
  if (measure === 'gradient') return byGradient(engine, problem, options)
  const steps = attentionAttribution(engine, problem, { ...options, kinds: null }, { focus: () => null, finished: [] })
  return (await lastOf(steps)).importance
}

async function byGradient(
  engine: Engine,
  problem: Problem,
  options: Pick<AttentionOptions, 'objective' | 'contrast'>,
): Promise<readonly HeadImportance[]> {
  const path = await openAttentionPath(engine, problem, options)
  const layers: LayerEntries[] = []
  for (const place of attentionPlaces(engine.model, null)) layers.push(await gradientEntries(path, place))
  return importanceOf(layers)
}

/** A ⊙ ∂F/∂A at the input, of one layer for all targets of a path. */
export async function gradientEntries(path: AttentionPath, place: AttentionPlace): Promise<LayerEntries> {
  const all = [...path.problem.targets.keys()]
  const parts: Float32Array[] = []
  while (parts.length < all.length) {
    const targets = all.slice(parts.length, parts.length + path.pairsPerRun())
    parts.push(...(await path.sample(place, targets, [1], [1])).integrals)
  }
  const [heads, queries, keys] = path.shape(place)
  const attribution = new Float32Array(parts.length * heads * queries * keys)
  parts.forEach((part, k) => attribution.set(part, k * part.length))
  return { ...place, attribution, shape: [parts.length, heads, queries, keys] }
}

async function byConfidence(engine: Engine, { source, prefix }: Problem): Promise<readonly HeadImportance[]> {
  const found = await headMeasures(engine, source, prefix)
  return found.map(({ kind, shape, confidence }) => ({ kind, shape, importance: confidence }))
}
