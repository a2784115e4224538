/** `ablate`: what becomes of F, and of the output, without some attention heads. */
import type { HeadValues, Problem } from '#compute/local.ts'
import type { AttentionKind, Head, HeadAblationOptions } from '#compute/types.ts'
import { curveOptions, drawCurves, refuseCurveOptions } from './ablate-curve.ts'
import type { Arguments } from './arguments.ts'
import { readContrast } from './attribute.ts'
import { withCheckpoint } from './checkpoint.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { Command, CommandContext } from './command.ts'
import { openCorpusMeans } from './corpus-means.ts'
import { runOnSources } from './corpus-run.ts'
import { explainedOptions, explainingOptions } from './explaining.ts'
import { summariseExplanations } from './explanation-summary.ts'
import { write } from './generate.ts'
import { namer } from './source.ts'
import type { Source } from './source.ts'
import { readProblem } from './targets.ts'
import { floats, writeTensorFile } from './tensor-file.ts'
import { UsageError } from './usage-error.ts'

export const ablate: Command = {
  name: 'ablate',
  positionals: ['CHECKPOINT'],
  summary: 'the change of F without attention heads',
  options: {
    ...explainedOptions,
    output: { value: 'FILE', help: 'safetensors to write; with --corpus a directory' },
    heads: { value: 'cross.0.3,...', help: 'heads to switch off together; where left out, each head by itself' },
    value: {
      value: 'zero|mean',
      help: "what takes a head's place: zero (where left out), or its mean over the text or the corpus",
    },
    generate: { value: null, help: 'tell what the model writes without these heads, too' },
    objective: { value: 'log-prob|logit|probability', help: 'the number that is measured' },
    contrast: { value: 'TOKEN', help: 'measure the difference to this token (an id or a piece)' },
    ...curveOptions,
    ...explainingOptions,
  },
  run: (context) => withCheckpoint(context, (open) => ablateAll(context, open)),
}

async function ablateAll(context: CommandContext, open: OpenCheckpoint): Promise<number> {
  const means = openCorpusMeans(context, open)
  if (context.args.has('curve')) return drawCurves(context, open, means)
  refuseCurveOptions(context.args)
  return runOnSources(context, open, (own, source) => ablateOne(own, open, source, means.values()), {
    prepare: means.prepare,
    summarise: (rows) => summariseExplanations(rows, open.local),
  })
}

async function ablateOne(
  context: CommandContext,
  open: OpenCheckpoint,
  source: Source,
  means: HeadValues | null,
): Promise<void> {
  const { args } = context
  const problem = await readProblem(args, open, source)
  const heads = readHeads(args)
  const measure = await openMeasure(context, open, problem, source, means)
  if (heads === null) return reportEffects(context, open, problem, measure)
  return reportSet(context, open, problem, source, heads, measure)
}

type Measure = Awaited<ReturnType<typeof openMeasure>>

/** Heads written as `kind.layer.head`; null where none are named. */
function readHeads(args: Arguments): readonly Head[] | null {
  const written = args.text('heads')
  if (written === undefined) return null
  return written.split(',').map((part) => {
    const found = /^\s*(encoder|decoder|cross)\.(\d{1,6})\.(\d{1,6})\s*$/.exec(part)
    if (found === null) {
      throw new UsageError(`--heads must be heads such as cross.0.3,decoder.1.0, not ${JSON.stringify(written)}`)
    }
    return { kind: found[1] as AttentionKind, layer: Number(found[2]), head: Number(found[3]) }
  })
}

async function openMeasure(
  { args }: CommandContext,
  { local, opened }: OpenCheckpoint,
  problem: Problem,
  source: Source,
  means: HeadValues | null,
) {
  const options: HeadAblationOptions = {
    value: args.choice('value', ['zero', 'mean']) ?? 'zero',
    objective: args.choice('objective', ['log-prob', 'logit', 'probability']) ?? 'log-prob',
    contrast: readContrast(args, source),
  }
  const { ablation, values } = await local.openNamedAblation(opened.engine, problem, options, means)
  return { ablation, values, parameters: { device: opened.engine.device, ...options } }
}

/** A set of heads together. */
async function reportSet(
  context: CommandContext,
  open: OpenCheckpoint,
  problem: Problem,
  source: Source,
  heads: readonly Head[],
  { ablation, values, parameters }: Measure,
): Promise<void> {
  const { args, streams } = context
  const [objective, ablated] = (await ablation.measure([[], heads])) as [readonly number[], readonly number[]]
  const K = problem.targets.length
  const to = args.text('output')
  const tensors = { objective: floats([K], objective), 'objective.ablated': floats([K], ablated) }
  if (to !== undefined) await writeTensorFile(to, tensors, { command: 'ablate', heads, ...parameters })
  const name = namer(source.tokenizer)
  const targets = problem.targets.map(({ position, id }, k) => ({
    position,
    id,
    token: name(id),
    objective: objective[k]!,
    ablated: ablated[k]!,
  }))
  const written: Readonly<Record<string, Written>> = args.has('generate')
    ? await writeWithout(open, source, heads, values, parameters.value)
    : {}
  if (args.has('json')) {
    return streams.out(JSON.stringify({ ...parameters, heads, output: to ?? null, targets, ...written }))
  }
  for (const { id, token, objective: before, ablated: after } of targets) {
    streams.out(`${token ?? id}  F ${before.toFixed(4)} → ${after.toFixed(4)}`)
  }
  for (const [label, { text, ids }] of Object.entries(written)) streams.out(`${label}: ${text ?? ids.join(' ')}`)
}

interface Written {
  readonly ids: readonly number[]
  readonly text: string | null
}

/** What the model writes with all its heads, and without these. */
async function writeWithout(
  open: OpenCheckpoint,
  source: Source,
  heads: readonly Head[],
  values: ReadonlyMap<string, Float32Array>,
  value: string,
): Promise<Readonly<Record<string, Written>>> {
  const { local, opened } = open
  const describe = (ids: readonly number[]): Written => ({ ids, text: source.tokenizer?.decode(ids) ?? null })
  const engine = local.ablatedEngine(opened.engine, heads, values, `${value} ${source.ids.join()}`)
  return {
    written: describe(await write(open, source.ids, {}, source.takes)),
    'written.ablated': describe(await write({ local, opened: { ...opened, engine } }, source.ids, {}, source.takes)),
  }
}

/** Every head by itself: the change of F that its loss makes. */
async function reportEffects(
  context: CommandContext,
  open: OpenCheckpoint,
  problem: Problem,
  { ablation, parameters }: Measure,
): Promise<void> {
  const { args, streams } = context
  if (args.has('generate')) throw new UsageError('--generate needs --heads, the heads to write without')
  const { objective, effects } = await open.local.lastOf(open.local.headEffects(open.opened.engine, ablation))
  const K = problem.targets.length
  const to = args.text('output')
  const tensors = Object.fromEntries(
    effects.map(({ kind, effect, shape }) => [`effect.${kind}`, { dtype: 'F32', shape, data: effect } as const]),
  )
  if (to !== undefined) {
    await writeTensorFile(to, { objective: floats([K], objective), ...tensors }, { command: 'ablate', ...parameters })
  }
  const means = effects.map(({ kind, effect, shape: [, layers, heads] }) => ({
    kind,
    mean: Array.from({ length: layers }, (_, l) =>
      Array.from({ length: heads }, (_head, h) => {
        const each = Array.from({ length: K }, (_target, k) => effect[(k * layers + l) * heads + h]!)
        return each.reduce((sum, value) => sum + value / K, 0)
      }),
    ),
  }))
  if (args.has('json')) {
    const mean = Object.fromEntries(means.map(({ kind, mean: rows }) => [kind, rows]))
    return streams.out(JSON.stringify({ ...parameters, output: to ?? null, objective, 'effect.mean': mean }))
  }
  for (const { kind, mean } of means) {
    mean.forEach((row, l) => streams.out(`${kind}.${l}  ${row.map((value) => value.toFixed(4)).join(' ')}`))
  }
}
