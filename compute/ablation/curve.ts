/**
 * Curves of ablation: what becomes of F as more heads are switched off, in the order of a ranking. A ranking is worth something
 * where removing its most important heads first does more, and its least important first less, than random orders do
 * (Michel, Levy and Neubig 2019; Hao et al. 2021).
 */
import { ComputeError } from '#compute/errors.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import type { Model } from '#compute/models/model.ts'
import { placeKey } from '#compute/programs/ablation.ts'
import type { Head, HeadImportance } from '#compute/types.ts'
import type { Ablation } from './ablation.ts'
import { allHeads } from './heads.ts'

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

/**
 * The change of F, mean over the targets of a text, without the first `counts` heads of every order: [orders][counts]. Equal
 * sets are measured once. Fails on an order that names a head twice or fewer heads than are to be removed.
 */
export async function measureCurves(
  ablation: Ablation,
  orders: readonly HeadOrder[],
  counts: readonly number[],
): Promise<readonly (readonly number[])[]> {
  for (const order of orders) checkOrder(order, Math.max(...counts))
  const sets = orders.flatMap(({ heads }) => counts.map((count) => heads.slice(0, count)))
  const distinct = new Map([[], ...sets].map((set) => [keyOf(set), set]))
  const waiting = [...distinct.values()]
  const found: number[] = []
  while (found.length < waiting.length) {
    const rows = await ablation.measure(waiting.slice(found.length, found.length + ablation.setsPerRun()))
    found.push(...rows.map((row) => row.reduce((sum, value) => sum + value / row.length, 0)))
  }
  const means = new Map([...distinct.keys()].map((key, i) => [key, found[i]!]))
  const whole = means.get('')!
  return orders.map(({ heads }) => counts.map((count) => means.get(keyOf(heads.slice(0, count)))! - whole))
}

const nameOf = (head: Head): string => `${placeKey(head)}.${head.head}`

const keyOf = (set: readonly Head[]): string => set.map(nameOf).toSorted().join()

function checkOrder({ name, heads }: HeadOrder, most: number): void {
  const distinct = new Set(heads.map(nameOf)).size
  if (distinct === heads.length && most <= heads.length) return
  throw new ComputeError('bad-input', `The order ${name} has ${distinct} different heads; ${most} are to be removed`)
}
