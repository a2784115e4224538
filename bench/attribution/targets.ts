/** Integrated gradients to a gap of 1 %: one target beside Captum, all targets of an instance beside Inseq. */
import type { Problem } from '#compute/attribution/problem.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { Attribution } from '#compute/types.ts'
import { duration, median, times, type Row } from '../support/report.ts'
import type { Reference } from '../support/reference.ts'
import { explainAll, questionOf, settle, timed } from './workload.ts'

const tolerance = 0.01
const leastChange = 0.1

/** Largest gap in units of the change of F that it belongs to. */
export const gapOf = ({ gap, objective, baselineObjective }: Attribution): number =>
  Math.max(...gap.map((g, k) => Math.abs(g) / Math.max(Math.abs(objective[k]! - baselineObjective[k]!), leastChange)))

export interface OneTarget {
  readonly seconds: number
  readonly nodes: number
  readonly gap: number
  readonly converged: boolean
  readonly reference: CaptumAnswer | null
}

interface CaptumAnswer {
  readonly seconds: number
  readonly steps: number
  readonly gap: number
  readonly change: number
  readonly converged: boolean
}

/** `steps` null lets Captum have the fewest steps that reach the same gap (found without the clock running). */
export async function measureOne(
  engine: Engine,
  reference: Reference | null,
  problem: Problem,
  { index, steps, batch }: { readonly index: number; readonly steps: number | null; readonly batch: number },
): Promise<OneTarget> {
  const alone = { ...problem, targets: [problem.targets[index]!] }
  await explainAll(engine, alone, { nodes: 1 }) // compiled and warm
  const answer =
    (await reference?.ask<CaptumAnswer>({ task: 'captum', ...questionOf(engine, problem, index), steps, batch })) ??
    null
  await settle()
  const [seconds, result] = await timed(() => explainAll(engine, alone, { tolerance }))
  return {
    seconds,
    nodes: result.nodes[0]!,
    gap: gapOf(result),
    converged: result.converged[0] === 1,
    reference: answer,
  }
}

export function oneTargetRow(what: string, found: readonly OneTarget[], goal: string): Row {
  const pairs = found.flatMap(({ seconds, reference }) => (reference === null ? [] : [{ seconds, reference }]))
  const reached = pairs.filter(({ reference }) => reference.converged)
  const missed = pairs.length - reached.length
  const captum =
    pairs.length === 0
      ? ''
      : `Captum ${duration(median(pairs.map(({ reference }) => reference.seconds)))}, ` +
        `${median(pairs.map(({ reference }) => reference.steps))} steps${missed === 0 ? '' : `, ${missed} of ${pairs.length} not at the gap`}`
  return {
    what: `${what}: one target (median of ${found.length})`,
    ours: `${duration(median(found.map(({ seconds }) => seconds)))}, ${median(found.map(({ nodes }) => nodes))} nodes, gap ${percent(Math.max(...found.map(({ gap }) => gap)))} at most`,
    reference: captum,
    ratio: pairs.length === 0 ? '' : times(median(pairs.map(({ seconds, reference }) => reference.seconds / seconds))),
    goal,
  }
}

interface InseqAnswer {
  readonly seconds: number
  readonly targets: number
  readonly largest_gap: number
}

export interface AllTargets {
  readonly seconds: number
  readonly targets: number
  readonly nodes: number
  readonly gap: number
  readonly converged: number
  readonly reference: InseqAnswer | null
}

/** `run` limits the targets that the reference works on; its seconds are then those of all, by the number of targets. */
export async function measureAll(
  engine: Engine,
  reference: Reference | null,
  problem: Problem,
  request: { readonly text: string; readonly output: string; readonly run: number | null },
): Promise<AllTargets> {
  await explainAll(engine, problem, { nodes: 1 })
  await settle()
  const [seconds, result] = await timed(() => explainAll(engine, problem, { tolerance }))
  const { text, output, run } = request
  const answer = (await reference?.ask<InseqAnswer>({ task: 'inseq', text, output, steps: 50, targets: run })) ?? null
  return {
    seconds,
    targets: problem.targets.length,
    nodes: median([...result.nodes]),
    gap: gapOf(result),
    converged: result.converged.reduce((sum, flag) => sum + flag, 0),
    reference: answer,
  }
}

export function allTargetsRow(what: string, found: readonly AllTargets[], goal: string): Row {
  const perTarget = (reference: InseqAnswer): number => reference.seconds / reference.targets
  const pairs = found.flatMap((row) => (row.reference === null ? [] : [{ row, reference: row.reference }]))
  const [targets, converged] = [sumOf(found, ({ targets }) => targets), sumOf(found, ({ converged }) => converged)]
  return {
    what: `${what}: all targets (${found.length} ${found.length === 1 ? 'instance' : 'instances'}, ${targets} targets)`,
    ours: `${duration(sumOf(found, ({ seconds }) => seconds) / targets)} a target, ${median(found.map(({ nodes }) => nodes))} nodes, ${converged} at 1 % gap`,
    reference:
      pairs.length === 0
        ? ''
        : `Inseq ${duration(median(pairs.map(({ reference }) => perTarget(reference))))} a target, 50 steps`,
    ratio:
      pairs.length === 0
        ? ''
        : times(median(pairs.map(({ row, reference }) => perTarget(reference) / (row.seconds / row.targets)))),
    goal,
  }
}

const sumOf = <T>(list: readonly T[], read: (item: T) => number): number =>
  list.reduce((sum, item) => sum + read(item), 0)

const percent = (part: number): string => `${(100 * part).toPrecision(2)} %`
