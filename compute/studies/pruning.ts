/**
 * Pruning by kind of attention: what is written without the k least important heads of one kind, beside k random heads of it. A
 * ranking found something where the first loses less than the second (Voita et al. 2019; Michel, Levy and Neubig 2019).
 */
import { measureMetric } from '#compute/ablation/curve-summary.ts'
import { orderByImportance } from '#compute/ablation/curve.ts'
import type { HeadOrder } from '#compute/ablation/curve.ts'
import { allHeads, keyOfHeads, nameOfHead } from '#compute/ablation/heads.ts'
import { attentionKinds } from '#compute/attribution/attention-attribution.ts'
import { usualBootstrap } from '#compute/evaluation/bootstrap.ts'
import { openTally } from '#compute/evaluation/tally.ts'
import { makeRandom, shuffle } from '#compute/generate/sample.ts'
import type { Opened } from '#compute/tasks/opened.ts'
import type { AttentionKind, Head, HeadImportance, Progress, PruningTask } from '#compute/types.ts'
import { rankHeads } from './rankings.ts'
import { writeWithout } from './rewriting.ts'
import type { StudySteps } from './study.ts'

/** Heads of one kind in the order they are pruned; `group` is what curves are drawn of: all random orders are one. */
interface KindOrder extends HeadOrder {
  readonly kind: AttentionKind
  readonly group: 'least' | 'random'
  readonly counts: readonly number[]
}

export async function* pruneByKind(opened: Opened, task: PruningTask): StudySteps {
  const { engine } = opened
  const { rows, rankedOn, ranking, quadrature, metric } = task
  const options = { objective: 'log-prob', quadrature } as const
  const importance = yield* rankHeads(engine, rows.slice(0, rankedOn), ranking, options)
  const orders = attentionKinds(engine.model).flatMap((kind) =>
    ordersOf(kind, importance, allHeads(engine.model), task),
  )
  const texts = yield* writeEach(opened, task, orders)
  const tally = openTally()
  for (const [i, { row, reference }] of rows.entries()) {
    if (reference === null) continue
    const points = orders.flatMap(({ kind, name, group, heads, counts }) =>
      counts.flatMap((count) => {
        const text = texts.get(keyOfHeads(heads.slice(0, count)))![i]!
        const measure = measureMetric(metric, text, reference)
        // Random orders count together, and each by itself too.
        const keys =
          group === 'random' ? [keyOf(kind, group, count), keyOf(kind, name, count)] : [keyOf(kind, group, count)]
        return keys.map((key) => ({ ...measure, name: key }))
      }),
    )
    tally.add(row, points)
  }
  return {
    tensors: {},
    report: { ...describe(task, orders, tally.report()), importance: importance.map(listImportance) },
  }
}

function ordersOf(
  kind: AttentionKind,
  importance: readonly HeadImportance[],
  all: readonly Head[],
  { steps, controls, seed }: PruningTask,
): readonly KindOrder[] {
  const own = all.filter((head) => head.kind === kind)
  const shares = Array.from({ length: steps + 1 }, (_, step) => Math.round((step * own.length) / steps))
  const counts = [...new Set(shares)]
  const least = orderByImportance(
    'least',
    importance.filter((one) => one.kind === kind),
    'least',
  )
  const random = Array.from({ length: controls }, (_, i) => ({
    name: `random ${seed + i}`,
    heads: shuffle(own, makeRandom(seed + i)),
    group: 'random' as const,
  }))
  return [{ ...least, group: 'least' as const }, ...random].map((order) => ({ ...order, kind, counts }))
}

/** What is written without each set of heads, by the key of the set. */
async function* writeEach(
  opened: Opened,
  { rows }: PruningTask,
  orders: readonly KindOrder[],
): AsyncGenerator<Progress, ReadonlyMap<string, readonly string[]>> {
  const sets = orders.flatMap(({ heads, counts }) => counts.map((count) => heads.slice(0, count)))
  const distinct = new Map(sets.map((set) => [keyOfHeads(set), set]))
  const sources = rows.map(({ source }) => source)
  const total = distinct.size * sources.length
  const texts = new Map<string, readonly string[]>()
  for (const [key, set] of distinct) {
    const writing = writeWithout(opened, sources, set, new Map())
    let step = await writing.next()
    while (step.done !== true) {
      yield { stage: 'Writing without heads', done: texts.size * sources.length + step.value, total }
      step = await writing.next()
    }
    texts.set(key, step.value)
  }
  return texts
}

const keyOf = (kind: AttentionKind, name: string, count: number): string => `${kind} ${name} ${count}`

function describe(
  { rows, rankedOn, ranking, quadrature, metric, seed, controls }: PruningTask,
  orders: readonly KindOrder[],
  found: ReturnType<ReturnType<typeof openTally>['report']>,
): object {
  const kinds = [...new Set(orders.map(({ kind }) => kind))]
  const pointsOf = (kind: AttentionKind, name: string, counts: readonly number[]) =>
    counts.map((removed) => ({ removed, score: found[keyOf(kind, name, removed)] }))
  return {
    rows: rows.filter(({ reference }) => reference !== null).length,
    rankedOn: Math.min(rankedOn, rows.length),
    ranking,
    quadrature,
    metric,
    seed,
    controls,
    bootstrap: usualBootstrap,
    kinds: kinds.map((kind) => {
      const own = orders.filter((order) => order.kind === kind)
      const [{ counts, heads }] = own as [KindOrder, ...KindOrder[]] // the first is that of the ranking
      return {
        kind,
        heads: heads.length,
        least: { order: heads.map(nameOfHead), points: pointsOf(kind, 'least', counts) },
        random: controls === 0 ? null : { points: pointsOf(kind, 'random', counts) },
        seeds: own.slice(1).map(({ name, heads: order }) => ({
          name,
          order: order.map(nameOfHead),
          points: pointsOf(kind, name, counts),
        })),
      }
    }),
  }
}

const listImportance = ({ kind, shape, importance }: HeadImportance): object => ({
  kind,
  shape,
  values: [...importance],
})
