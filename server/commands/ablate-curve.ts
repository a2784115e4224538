/**
 * `ablate --corpus --curve`: F, and what the model writes, as more heads are switched off. Two runs over the corpus, each with a
 * directory of its own: `ranking` finds the importance of every head, `curve` removes heads in the order of it.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { HeadOrder, ImportanceMeasure } from '#compute/local.ts'
import type { AttentionKind, HeadImportance } from '#compute/types.ts'
import type { Arguments, OptionSpecs } from './arguments.ts'
import { readContrast } from './attribute.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { CommandContext } from './command.ts'
import type { CorpusMeans } from './corpus-means.ts'
import { withTexts } from './corpus-row.ts'
import { runOnSources } from './corpus-run.ts'
import { writeAlong } from './curve-outputs.ts'
import { summariseCurves } from './curve-summary.ts'
import { summariseExplanations } from './explanation-summary.ts'
import type { Source } from './source.ts'
import { readProblem } from './targets.ts'
import { UsageError } from './usage-error.ts'

const curveMetrics = ['bleu', 'chrf', 'rouge-l', 'exact'] as const
const rankings = ['attribution', 'gradient', 'attention', 'random'] as const

/** Options of curves alone. */
export const curveOptions: OptionSpecs = {
  curve: {
    value: rankings.join('|'),
    help: 'with --corpus: switch off more and more heads, in the order of this importance and at random',
  },
  steps: { value: '8', help: 'of --curve: how many equal shares of the heads are removed one after the other' },
  controls: { value: '3', help: 'of --curve: random orders to compare with' },
  seed: { value: '1', help: 'of the first random order; the others follow' },
  nodes: { value: 'N', help: 'of --curve attribution: exactly N nodes; as many as a gap of 1 % needs otherwise' },
  metric: {
    value: curveMetrics.join('|'),
    help: 'of --curve: also what the model writes without the heads, compared with the reference',
  },
}

/** Fails on an option that says nothing without --curve. */
export function refuseCurveOptions(args: Arguments): void {
  const idle = Object.keys(curveOptions).find((name) => args.has(name))
  if (idle !== undefined) throw new UsageError(`--${idle} belongs to --curve`)
}

/** What decides the numbers of a curve. */
function readCurve(args: Arguments) {
  for (const name of ['heads', 'generate']) {
    if (args.has(name)) throw new UsageError(`Give either --${name} or --curve, which chooses the heads itself`)
  }
  if (!args.has('corpus')) throw new UsageError('--curve needs --corpus FILE')
  const by = args.choice('curve', rankings)! // the caller has seen it
  const nodes = args.whole('nodes', 1)
  if (nodes !== undefined && by !== 'attribution') throw new UsageError('--nodes belongs to --curve attribution')
  return {
    by,
    quadrature: nodes === undefined ? { tolerance: 0.01 } : { nodes },
    steps: args.whole('steps', 1) ?? 8,
    controls: args.whole('controls', by === 'random' ? 1 : 0) ?? 3,
    seed: args.whole('seed', 0) ?? 1,
    value: args.choice('value', ['zero', 'mean']) ?? 'zero',
    objective: args.choice('objective', ['log-prob', 'logit', 'probability']) ?? 'log-prob',
    metric: args.choice('metric', curveMetrics) ?? null,
  } as const
}
type Curve = ReturnType<typeof readCurve>

/** Ranks the heads, then measures both orders of the ranking and the random ones. Resolves with the exit code. */
export async function drawCurves(context: CommandContext, open: OpenCheckpoint, means: CorpusMeans): Promise<number> {
  const curve = readCurve(context.args)
  const to = context.args.text('output')
  if (to === undefined) throw new UsageError('Give --output DIRECTORY for the results of a corpus')
  const { local, opened } = open
  const seeds = Array.from({ length: curve.controls }, (_, i) => curve.seed + i)
  const random = seeds.map((seed) => local.randomOrder(opened.engine.model, seed))
  const folder = (name: string): CommandContext => ({
    ...context,
    args: withTexts(context.args, { output: join(to, name) }),
  })
  const ranked: HeadOrder[] = []
  if (curve.by !== 'random') {
    const code = await rankHeads(folder('ranking'), open, curve, curve.by)
    if (code !== 0) return code
    const importance = await readImportance(join(to, 'ranking'))
    ranked.push(
      local.orderByImportance('most', importance, 'most'),
      local.orderByImportance('least', importance, 'least'),
    )
  }
  const orders = [...ranked, ...random]
  const removed = local.removalSteps(opened.engine.model, curve.steps)
  return runOnSources(
    folder('curve'),
    open,
    (own, source) => measureOne(own, open, source, { curve, orders, removed, means }),
    {
      prepare: means.prepare,
      judge: (document, { reference }) => (curve.metric === null ? document : { ...document, reference }),
      summarise: async (rows) => ({
        ...curve,
        removed,
        ...(await summariseCurves(rows, orders, removed, curve.metric, local)),
      }),
    },
  )
}

/** The importance of every head in every row, and its mean over all targets as the summary. */
function rankHeads(
  context: CommandContext,
  open: OpenCheckpoint,
  { objective, quadrature }: Curve,
  by: ImportanceMeasure,
): Promise<number> {
  const { local, opened } = open
  const rankOne = async ({ args, streams }: CommandContext, source: Source): Promise<void> => {
    const problem = await readProblem(args, open, source)
    const options = { objective, quadrature, contrast: readContrast(args, source) }
    const found = await local.headImportance(opened.engine, problem, by, options)
    const targets = problem.targets.map(({ position, id }) => ({ position, id }))
    streams.out(JSON.stringify({ targets, importance: listImportance(found) }))
  }
  const quiet = { ...context, streams: { ...context.streams, out: () => {} } }
  return runOnSources(quiet, open, rankOne, { summarise: (rows) => summariseExplanations(rows, local) })
}

/** By kind, [layers][heads]. */
const listImportance = (found: readonly HeadImportance[]) =>
  Object.fromEntries(
    found.map(({ kind, shape: [layers, heads], importance }) => [
      kind,
      Array.from({ length: layers }, (_, l) => [...importance.subarray(l * heads, (l + 1) * heads)]),
    ]),
  )

const matrix = z.array(z.array(z.number())).min(1)
const ranking = z.object({ importance: z.partialRecord(z.enum(['encoder', 'decoder', 'cross']), matrix) })

async function readImportance(directory: string): Promise<readonly HeadImportance[]> {
  const { importance } = ranking.parse(JSON.parse(await readFile(join(directory, 'summary.json'), 'utf8')))
  return Object.entries(importance).map(([kind, rows]) => ({
    kind: kind as AttentionKind, // the schema's keys
    shape: [rows.length, rows[0]!.length],
    importance: Float32Array.from(rows.flat()),
  }))
}

interface Work {
  readonly curve: Curve
  readonly orders: readonly HeadOrder[]
  readonly removed: readonly number[]
  readonly means: CorpusMeans
}

/** One row: the change of F at every point, mean over its targets. */
async function measureOne(
  { args, streams }: CommandContext,
  { local, opened }: OpenCheckpoint,
  source: Source,
  { curve: { value, objective, metric }, orders, removed, means }: Work,
): Promise<void> {
  const problem = await readProblem(args, { local, opened }, source)
  const options = { value, objective, contrast: readContrast(args, source) }
  const { ablation, values } = await local.openNamedAblation(opened.engine, problem, options, means.values())
  const changes = await local.measureCurves(ablation, orders, removed)
  const named = Object.fromEntries(orders.map(({ name }, i) => [name, changes[i]!]))
  const name = value === 'mean' ? 'mean of the corpus' : value
  const written =
    metric === null ? {} : { written: await writeAlong({ local, opened }, source, orders, removed, values, name) }
  streams.out(JSON.stringify({ targets: problem.targets.length, removed, change: named, ...written }))
}
