/**
 * Curves over a corpus: what becomes of F as more heads are switched off, in the order of a ranking. A ranking is worth something
 * where removing its most important heads first does more, and its least important first less, than random orders do
 * (Michel, Levy and Neubig 2019; Hao et al. 2021).
 */
import type { Problem } from '#compute/attribution/problem.ts'
import { ComputeError } from '#compute/errors.ts'
import { drawWeights, estimate, usualBootstrap } from '#compute/evaluation/bootstrap.ts'
import type { Estimate } from '#compute/evaluation/bootstrap.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import type { Model } from '#compute/models/model.ts'
import { placeKey } from '#compute/programs/ablation.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { Head, HeadAblationOptions, HeadImportance } from '#compute/types.ts'
import { openNamedAblation } from './ablation.ts'
import { allHeads, checkHeads } from './heads.ts'

/** Heads in the order they are switched off. */
export interface HeadOrder {
  readonly name: string
  readonly heads: readonly Head[]
}

/** The change of F, mean over targets and texts, without the first `removed` heads of an order; the interval is over texts. */
export interface CurvePoint {
  readonly order: string
  readonly removed: number
  readonly change: Estimate
}

export interface AblationCurves {
  readonly add: (problem: Problem) => Promise<void>
  readonly points: () => readonly CurvePoint[]
}

/** All ranked heads, over all kinds and layers together; equals stay in the order of kinds, layers and heads. */
export function orderByImportance(
  name: string,
  importance: readonly HeadImportance[],
  first: 'most' | 'least',
): HeadOrder {
  const scored = importance.flatMap(({ kind, shape: [, heads], importance: scores }) =>
    Array.from(scores, (score, i) => ({ score, head: { kind, layer: Math.floor(i / heads), head: i % heads } })),
  )
  const sorted = scored.toSorted((a, b) => (first === 'most' ? b.score - a.score : a.score - b.score))
  return { name, heads: sorted.map(({ head }) => head) }
}

/** A control: all heads, shuffled (Fisher and Yates) by a seed. */
export function randomOrder(model: Model, seed: number): HeadOrder {
  const heads = [...allHeads(model)]
  const random = makeRandom(seed)
  for (let i = heads.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[heads[i], heads[j]] = [heads[j]!, heads[i]!]
  }
  return { name: `random ${seed}`, heads }
}

/** Collects curves text by text in constant memory; `counts` are the numbers of heads to remove. */
export function makeAblationCurves(
  engine: Engine,
  orders: readonly HeadOrder[],
  counts: readonly number[],
  options: HeadAblationOptions,
  bootstrap = usualBootstrap,
): AblationCurves {
  for (const { name, heads } of orders) {
    checkHeads(engine.model, heads)
    const distinct = new Set(heads.map((head) => `${placeKey(head)}.${head.head}`)).size
    const most = Math.max(...counts)
    if (distinct === heads.length && most <= heads.length) continue
    throw new ComputeError('bad-input', `The order ${name} has ${distinct} different heads; ${most} are to be removed`)
  }
  const points = orders.flatMap(({ name, heads }) =>
    counts.map((removed) => ({ order: name, removed, heads: heads.slice(0, removed) })),
  )
  const sums = points.map(() => ({ whole: 0, replicates: new Float64Array(bootstrap.replicates) }))
  const weights = new Float64Array(bootstrap.replicates)
  let texts = 0
  return {
    add: async (problem) => {
      const { ablation } = await openNamedAblation(engine, problem, options)
      const sets = [[], ...points.map(({ heads }) => heads)]
      const found: (readonly number[])[] = []
      while (found.length < sets.length) {
        found.push(...(await ablation.measure(sets.slice(found.length, found.length + ablation.setsPerRun()))))
      }
      const means = found.map((row) => row.reduce((sum, value) => sum + value / row.length, 0))
      const own = drawWeights(bootstrap, texts++)
      own.forEach((weight, r) => (weights[r]! += weight))
      sums.forEach((sum, i) => {
        const change = means[i + 1]! - means[0]!
        sum.whole += change
        own.forEach((weight, r) => (sum.replicates[r]! += weight * change))
      })
    },
    points: () =>
      points.map(({ order, removed }, i) => {
        const { whole, replicates } = sums[i]!
        const change = estimate(
          whole / texts,
          Array.from(replicates, (sum, r) => sum / weights[r]!),
        )
        return { order, removed, change }
      }),
  }
}
