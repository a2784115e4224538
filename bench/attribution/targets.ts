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

/** Numbers of steps that Captum may choose from. */
const candidates = [8, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192, 256]

/** Of how many targets one number of steps must bring to the gap. */
const majority = 0.9

interface CaptumAnswer {
  readonly seconds: number
  readonly gap: number
}

export interface OneTarget {
  readonly seconds: number
  readonly nodes: number
  readonly gap: number
  readonly converged: boolean
  /** With the fewest steps that this very target needs, which nobody knows beforehand. */
  readonly fewest: (CaptumAnswer & { readonly steps: number }) | null
  /** With the one number of steps that brings most of the targets to the gap. */
  readonly common: (CaptumAnswer & { readonly steps: number }) | null
}

export interface Question {
  readonly problem: Problem
  /** The target among those of the problem. */
  readonly index: number
}

/** `steps` is Captum's number where it is given; else it is chosen as low as the gap allows, without the clock running. */
export async function measureOne(
  engine: Engine,
  reference: Reference | null,
  questions: readonly Question[],
  { steps, batch }: { readonly steps: number | null; readonly batch: number },
): Promise<readonly OneTarget[]> {
  const ask = ({ problem, index }: Question): object => ({ ...questionOf(engine, problem, index), batch })
  const captum = async (question: Question, count: number): Promise<OneTarget['fewest']> => {
    if (reference === null) return null
    await settle()
    return { ...(await reference.ask<CaptumAnswer>({ task: 'captum', ...ask(question), steps: count })), steps: count }
  }
  const reached: (readonly boolean[])[] = []
  if (steps === null && reference !== null) {
    for (const question of questions) {
      const answer = await reference.ask<{ readonly reached: readonly boolean[] }>({
        task: 'sweep',
        ...ask(question),
        candidates,
      })
      reached.push(answer.reached)
    }
  }
  const last = candidates.at(-1)!
  const common =
    steps ?? candidates.find((_, c) => reached.filter((row) => row[c]).length >= majority * reached.length) ?? last
  const found: OneTarget[] = []
  for (const [i, question] of questions.entries()) {
    const alone = { ...question.problem, targets: [question.problem.targets[question.index]!] }
    await explainAll(engine, alone, { nodes: 1 }) // compiled and warm
    await settle()
    const [seconds, result] = await timed(() => explainAll(engine, alone, { tolerance }))
    found.push({
      seconds,
      nodes: result.nodes[0]!,
      gap: gapOf(result),
      converged: result.converged[0] === 1,
      fewest: steps === null ? await captum(question, candidates[reached[i]?.indexOf(true) ?? -1] ?? last) : null,
      common: await captum(question, common),
    })
  }
  return found
}

export function oneTargetRows(what: string, found: readonly OneTarget[], goal: string): readonly Row[] {
  const ours =
    `${duration(median(found.map(({ seconds }) => seconds)))}, ${median(found.map(({ nodes }) => nodes))} nodes, ` +
    `${found.filter(({ converged }) => converged).length} of ${found.length} at the gap, the largest ${percent(Math.max(...found.map(({ gap }) => gap)))}`
  const row = (name: string, read: (one: OneTarget) => OneTarget['common']): Row => {
    const pairs = found.flatMap((one) => {
      const answer = read(one)
      return answer === null ? [] : [{ ours: one.seconds, answer }]
    })
    const atGap = pairs.filter(({ answer }) => answer.gap <= tolerance).length
    return {
      what: `${what}: one target, ${name}`,
      ours,
      reference:
        pairs.length === 0
          ? ''
          : `Captum ${duration(median(pairs.map(({ answer }) => answer.seconds)))}, ${median(pairs.map(({ answer }) => answer.steps))} steps, ${atGap} of ${pairs.length} at the gap`,
      ratio: pairs.length === 0 ? '' : times(median(pairs.map((pair) => pair.answer.seconds / pair.ours))),
      goal,
    }
  }
  const hasFewest = found.some(({ fewest }) => fewest !== null)
  const common = row(hasFewest ? 'one number of steps for all' : 'the default number of steps', (one) => one.common)
  return hasFewest ? [common, row('the fewest steps for each', ({ fewest }) => fewest)] : [common]
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

/** `run` limits the targets that the reference works on, to some in the middle, which are as long as the average. */
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
  const first = run === null ? 0 : (problem.targets.length - run) >> 1
  const answer =
    (await reference?.ask<InseqAnswer>({ task: 'inseq', text, output, steps: 50, first, targets: run })) ?? null
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
