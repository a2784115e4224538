/** Curves of ablation over a sample of a corpus: F, and the metric of what is written, as more heads are switched off. */
import { openNamedAblation } from '#compute/ablation/ablation.ts'
import { openCurveSummary } from '#compute/ablation/curve-summary.ts'
import type { AlongOrders } from '#compute/ablation/curve-summary.ts'
import { curveSteps, orderByImportance, randomOrder, removalSteps } from '#compute/ablation/curve.ts'
import type { HeadOrder } from '#compute/ablation/curve.ts'
import { keyOfHeads } from '#compute/ablation/heads.ts'
import type { HeadValues } from '#compute/ablation/heads.ts'
import type { Opened } from '#compute/tasks/opened.ts'
import type { AblationCurveTask, Progress } from '#compute/types.ts'
import { meanOutputs } from './head-summary.ts'
import { rankHeads } from './rankings.ts'
import { writeWithout } from './rewriting.ts'
import { problemOf, reporting } from './study.ts'
import type { StudySteps } from './study.ts'

export async function* drawCurves(opened: Opened, task: AblationCurveTask): StudySteps {
  const { engine } = opened
  const { rows, metric, controls, seed } = task
  const removed = removalSteps(engine.model, task.steps)
  const random = Array.from({ length: controls }, (_, i) => randomOrder(engine.model, seed + i))
  const orders = [...(yield* rankedOrders(opened, task)), ...random]
  const means = task.value === 'mean' ? yield* meanOutputs(engine, rows) : null
  const changes = yield* measureChanges(opened, task, orders, removed, means)
  const written = metric === null ? null : yield* writeAlong(opened, task, orders, removed, means)
  const summary = openCurveSummary(orders, removed, metric)
  for (const [i, { row, reference }] of rows.entries()) {
    summary.add(row, { change: changes[i]!, written: written?.[i] ?? {}, reference })
  }
  const { bootstrap, orders: curves } = summary.report()
  const { rankings, quadrature, value, objective } = task
  const asked = { rankings, quadrature, value, objective, metric, controls, seed }
  return { tensors: {}, report: { ...asked, rows: rows.length, removed, bootstrap, orders: curves } }
}

/** Both ends of every ranking first: `attribution most`, `attribution least`. */
async function* rankedOrders(
  { engine }: Opened,
  { rows, rankings, objective, quadrature }: AblationCurveTask,
): AsyncGenerator<Progress, readonly HeadOrder[]> {
  const orders: HeadOrder[] = []
  for (const by of rankings) {
    const importance = yield* rankHeads(engine, rows, by, { objective, quadrature })
    for (const first of ['most', 'least'] as const) orders.push(orderByImportance(`${by} ${first}`, importance, first))
  }
  return orders
}

async function* measureChanges(
  { engine }: Opened,
  { rows, value, objective }: AblationCurveTask,
  orders: readonly HeadOrder[],
  removed: readonly number[],
  means: HeadValues | null,
): AsyncGenerator<Progress, readonly AlongOrders<number>[]> {
  const found: AlongOrders<number>[] = []
  for (const [done, row] of rows.entries()) {
    const progress = { stage: 'Measuring F without heads', done, total: rows.length }
    yield progress
    const options = { value, objective, contrast: null }
    const { ablation } = await openNamedAblation(engine, problemOf(engine, row), options, means)
    const changes = yield* reporting(curveSteps(ablation, orders, removed), progress)
    found.push(Object.fromEntries(orders.map(({ name }, i) => [name, changes[i]!])))
  }
  return found
}

/** For each row the texts along every order. Equal sets of heads write once. */
async function* writeAlong(
  opened: Opened,
  { rows }: AblationCurveTask,
  orders: readonly HeadOrder[],
  removed: readonly number[],
  means: HeadValues | null,
): AsyncGenerator<Progress, readonly AlongOrders<string>[]> {
  const sets = orders.map(({ heads }) => removed.map((count) => heads.slice(0, count)))
  const distinct = new Map(sets.flat().map((set) => [keyOfHeads(set), set]))
  const texts = new Map<string, readonly string[]>()
  const sources = rows.map(({ source }) => source)
  const total = distinct.size * sources.length
  for (const [key, set] of distinct) {
    const writing = writeWithout(opened, sources, set, means ?? new Map())
    let step = await writing.next()
    while (step.done !== true) {
      yield { stage: 'Writing without heads', done: texts.size * sources.length + step.value, total }
      step = await writing.next()
    }
    texts.set(key, step.value)
  }
  return rows.map((_, row) =>
    Object.fromEntries(orders.map(({ name }, o) => [name, sets[o]!.map((set) => texts.get(keyOfHeads(set))![row]!)])),
  )
}
