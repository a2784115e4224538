/** `faithfulness`: whether scores say what the model relied on. */
import type { FileTensor } from '#compute/index.ts'
import type { Problem } from '#compute/local.ts'
import type {
  Faithfulness,
  FaithfulnessOptions,
  FaithfulnessRow,
  MaskingCurve,
  AttributionMethod,
} from '#compute/types.ts'
import type { Arguments } from './arguments.ts'
import { methodOptions, readOptions } from './attribute.ts'
import type { CommonOptions } from './attribute.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { Command, CommandContext } from './command.ts'
import { explainEach, explainedOptions, explainingOptions } from './explaining.ts'
import { summariseFaithfulness } from './faithfulness-summary.ts'
import { showProgress } from './progress.ts'
import { namer } from './source.ts'
import type { Source } from './source.ts'
import { readProblem } from './targets.ts'
import { floats, readTensorFile, writeTensorFile } from './tensor-file.ts'
import { UsageError } from './usage-error.ts'

const methods: readonly AttributionMethod[] = ['integrated-gradients', 'gradient-x-input', 'gradient-norm', 'occlusion']

const usualFractions: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]

export const faithfulness: Command = {
  name: 'faithfulness',
  positionals: ['CHECKPOINT'],
  summary: 'what masking tokens in the order of their scores does: comprehensiveness, sufficiency, AOPC, with controls',
  options: {
    ...explainedOptions,
    scores: {
      value: 'FILE',
      help: 'safetensors with scores.source [K, n] (and scores.prefix [K, m]) of these targets',
    },
    method: {
      value: methods.join('|'),
      help: 'or a method that makes them; integrated-gradients where it is left out',
    },
    ...methodOptions,
    fractions: { value: '0.1,0.2,…,1', help: 'shares of the tokens that are masked' },
    controls: { value: '5', help: 'random orders to compare with' },
    seed: { value: '1', help: 'of the random orders' },
    output: {
      value: 'FILE',
      help: 'safetensors to write: {scores,reversed,random}.{comprehensiveness,sufficiency}, aopc',
    },
    ...explainingOptions,
  },
  run: explainEach(judgeOne, (rows, { local }) => summariseFaithfulness(rows, local)),
}

async function judgeOne(context: CommandContext, open: OpenCheckpoint, source: Source): Promise<void> {
  const { args, streams } = context
  const { local, opened } = open
  const problem = await readProblem(args, open, source)
  const method = args.choice('method', methods) ?? 'integrated-gradients'
  const options = await readOptions(args, method, source)
  const test = readTest(args)
  const scores = await readScores(context, open, problem, method, options)
  const masking = await local.openMasking(opened.engine, problem, options)
  const found = await showProgress(context, local.faithfulness(masking, scores, test))
  const to = args.text('output')
  const { unknownId: _unknown, quadrature, ...masked } = options
  const made = args.text('scores') === undefined ? { method, quadrature } : { scores: args.text('scores') }
  const parameters = { command: 'faithfulness', device: opened.engine.device, ...made, ...masked, ...test }
  if (to !== undefined) await writeTensorFile(to, tensorsOf(found), parameters)
  const name = namer(source.tokenizer)
  const targets = problem.targets.map((target, k) => ({ ...target, token: name(target.id), ...found.rows[k]! }))
  if (args.has('json')) return streams.out(JSON.stringify({ ...parameters, output: to ?? null, targets }))
  for (const target of targets) streams.out(describe(target))
}

function readTest(args: Arguments): FaithfulnessOptions {
  const written = args.text('fractions')
  const fractions = written?.split(',').map(Number) ?? usualFractions
  if (!fractions.every((fraction, i) => fraction > (fractions[i - 1] ?? 0) && fraction <= 1)) {
    throw new UsageError(
      `--fractions must rise from above 0 to at most 1, such as 0.1,0.2,0.5, not ${JSON.stringify(written)}`,
    )
  }
  const controls = args.whole('controls', 1) ?? 5
  if (controls > 1000) throw new UsageError(`--controls must be at most 1000, not ${controls}`)
  return { fractions, controls, seed: args.whole('seed', 0) ?? 1 }
}

/** Scores [source, prefix] of every target, from the file or by the method. */
async function readScores(
  context: CommandContext,
  { local, opened }: OpenCheckpoint,
  problem: Problem,
  method: AttributionMethod,
  { unknownId, ...options }: CommonOptions,
): Promise<readonly Float32Array[]> {
  const { args } = context
  const [K, n, m] = [problem.targets.length, problem.source.length, problem.prefix?.length ?? 0]
  const join = (source: readonly Float32Array[], prefix: readonly Float32Array[] | null): readonly Float32Array[] =>
    source.map((row, k) => Float32Array.of(...row, ...(prefix?.[k] ?? [])))
  const from = args.text('scores')
  if (from !== undefined) {
    if (args.has('corpus')) throw new UsageError('Give --method with --corpus FILE; --scores belongs to one text')
    if (args.has('method')) throw new UsageError('Give either --scores FILE or --method')
    const file = await readTensorFile(from)
    return join(file.rows('scores.source', K, n), problem.prefix === null ? null : file.rows('scores.prefix', K, m))
  }
  const control = { focus: () => null, finished: null }
  const steps = local.attribute(opened.engine, problem, { ...options, method }, unknownId, control)
  const { source, prefix } = await showProgress(context, steps)
  const rows = (data: Float32Array, width: number): readonly Float32Array[] =>
    Array.from({ length: K }, (_, k) => data.subarray(k * width, (k + 1) * width))
  return join(rows(source, n), problem.prefix === null ? null : rows(prefix, m))
}

function tensorsOf(found: Faithfulness): Readonly<Record<string, FileTensor>> {
  const { rows, fractions } = found
  const list = (read: (row: FaithfulnessRow) => number): FileTensor => floats([rows.length], rows.map(read))
  return {
    objective: list(({ objective }) => objective),
    'objective.baseline': list(({ baselineObjective }) => baselineObjective),
    gap: list(({ gap }) => gap),
    fractions: floats([fractions.length], fractions),
    ...measureTensors(found, 'comprehensiveness'),
    ...measureTensors(found, 'sufficiency'),
  }
}

/** Curves [K, steps] and areas [K] of each order; [K, controls, …] of the random ones. */
function measureTensors(
  { rows, fractions, controls }: Faithfulness,
  measure: 'comprehensiveness' | 'sufficiency',
): Readonly<Record<string, FileTensor>> {
  const groups = [
    ['scores', [rows.length], rows.map((row) => row.scores)],
    ['reversed', [rows.length], rows.map((row) => row.reversed)],
    ['random', [rows.length, controls], rows.flatMap((row) => row.random)],
  ] as const
  return Object.fromEntries(
    groups.flatMap(([order, shape, curves]) => [
      [
        `${order}.${measure}`,
        floats(
          [...shape, fractions.length],
          curves.flatMap((curve) => curve[measure]),
        ),
      ],
      [
        `${order}.aopc.${measure}`,
        floats(
          shape,
          curves.map((curve) => curve.aopc[measure]),
        ),
      ],
    ]),
  )
}

interface Judged {
  readonly id: number
  readonly token: string | null
  readonly objective: number
  readonly scores: MaskingCurve
  readonly reversed: MaskingCurve
  readonly random: readonly MaskingCurve[]
}

/** One target in a line: both areas, beside those of the controls. */
function describe({ id, token, objective, scores, reversed, random }: Judged): string {
  const part = (measure: 'comprehensiveness' | 'sufficiency'): string => {
    const chance = random.reduce((sum, { aopc }) => sum + aopc[measure], 0) / random.length
    const numbers = [scores.aopc[measure], chance, reversed.aopc[measure]].map((number) => number.toFixed(3))
    return `${measure} ${numbers[0]} (random ${numbers[1]}, reversed ${numbers[2]})`
  }
  return `${token ?? id}  F ${objective.toFixed(3)}  ${part('comprehensiveness')}  ${part('sufficiency')}`
}
