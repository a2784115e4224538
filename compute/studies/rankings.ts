/** Ranking the heads of a model by what they do in many texts. */
import { headImportance } from '#compute/ablation/importance.ts'
import type { ImportanceMeasure } from '#compute/ablation/importance.ts'
import { attentionAttribution } from '#compute/attribution/attention-attribution.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type {
  AttentionOptions,
  HeadImportance,
  HeadMatrix,
  Objective,
  Progress,
  Quadrature,
  StudyRow,
} from '#compute/types.ts'
import { openMoments } from './moments.ts'
import { problemOf } from './study.ts'

export interface RankingOptions {
  readonly objective: Objective
  readonly quadrature: Quadrature
}

/** Importance in one text, step by step: attention attribution takes many runs. */
export async function* importanceSteps(
  engine: Engine,
  problem: Problem,
  by: ImportanceMeasure,
  options: Omit<AttentionOptions, 'kinds'>,
): AsyncGenerator<unknown, readonly HeadImportance[]> {
  if (by !== 'attribution') return headImportance(engine, problem, by, options)
  const control = { focus: () => null, finished: [] }
  return (yield* attentionAttribution(engine, problem, { ...options, kinds: null }, control)).importance
}

/** The mean importance of every head over all output tokens of the rows. */
export async function* rankHeads(
  engine: Engine,
  rows: readonly StudyRow[],
  by: ImportanceMeasure,
  options: RankingOptions,
): AsyncGenerator<Progress, readonly HeadImportance[]> {
  const moments = openMoments()
  const stage = `Ranking heads by ${by === 'attention' ? 'attention mass' : by}`
  for (const [done, row] of rows.entries()) {
    yield { stage, done, total: rows.length }
    const steps = importanceSteps(engine, problemOf(engine, row), by, { ...options, contrast: null })
    let step = await steps.next()
    while (step.done !== true) {
      yield { stage, done, total: rows.length }
      step = await steps.next()
    }
    moments.add(step.value.map(asMatrix), row.output.length)
  }
  return moments.mean().map(({ kind, shape, values }) => ({ kind, shape, importance: values }))
}

export const asMatrix = ({ kind, shape, importance }: HeadImportance): HeadMatrix => ({
  kind,
  shape,
  values: importance,
})
