/**
 * Curves of ablation: what becomes of F as more heads are switched off, in the order of a ranking. A ranking is worth something
 * where removing its most important heads first does more, and its least important first less, than random orders do
 * (Michel, Levy and Neubig 2019; Hao et al. 2021).
 */
import { ComputeError } from '#compute/errors.ts'
import { makeRandom, shuffle } from '#compute/generate/sample.ts'
import type { Model } from '#compute/models/model.ts'
import { lastOf } from '#compute/steps.ts'
import type { Head, HeadImportance } from '#compute/types.ts'
import { measureSets } from './ablation.ts'
import type { Ablation } from './ablation.ts'
import { allHeads, keyOfHeads, nameOfHead } from './heads.ts'

/** Heads in the order they are switched off. */
export interface HeadOrder {
  readonly name: string
  readonly heads: readonly Head[]
}

/** Numbers of heads to remove: none, then `steps` equal shares of all of them. */
export function removalSteps(model: Model, steps: number): readonly number[] {
  const all = allHeads(model).length
  const counts = Array.from({ length: steps + 1 }, (_, step) => Math.round((step * all) / steps))
  return [...new Set(counts)]
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

/** A control: all heads, shuffled by a seed. */
export function randomOrder(model: Model, seed: number): HeadOrder {
  return { name: `random ${seed}`, heads: shuffle(allHeads(model), makeRandom(seed)) }
}

/**
 * The change of F, mean over the targets of a text, without the first `counts` heads of every order: [orders][counts]. Equal
 * sets are measured once; yields after every run. Fails on an order that names a head twice or fewer heads than are to be removed.
 */
export async function* curveSteps(
  ablation: Ablation,
  orders: readonly HeadOrder[],
  counts: readonly number[],
): AsyncGenerator<number, readonly (readonly number[])[]> {
  for (const order of orders) checkOrder(order, Math.max(...counts))
  const sets = orders.flatMap(({ heads }) => counts.map((count) => heads.slice(0, count)))
  const distinct = new Map([[], ...sets].map((set) => [keyOfHeads(set), set]))
  const rows = yield* measureSets(ablation, [...distinct.values()])
  const found = rows.map((row) => row.reduce((sum, value) => sum + value / row.length, 0))
  const means = new Map([...distinct.keys()].map((key, i) => [key, found[i]!]))
  const whole = means.get('')!
  return orders.map(({ heads }) => counts.map((count) => means.get(keyOfHeads(heads.slice(0, count)))! - whole))
}

/** The same where nobody looks at the steps. */
export const measureCurves = (
  ablation: Ablation,
  orders: readonly HeadOrder[],
  counts: readonly number[],
): Promise<readonly (readonly number[])[]> => lastOf(curveSteps(ablation, orders, counts))

function checkOrder({ name, heads }: HeadOrder, most: number): void {
  const distinct = new Set(heads.map(nameOfHead)).size
  if (distinct === heads.length && most <= heads.length) return
  throw new ComputeError('bad-input', `The order ${name} has ${distinct} different heads; ${most} are to be removed`)
}
