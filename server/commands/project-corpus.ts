/** `project CHECKPOINT --corpus`: the states of a corpus and of what the model writes for it, collected and laid out together. */
import { join } from 'node:path'
import { ComputeError } from '#compute/index.ts'
import type { ProjectionOptions } from '#compute/types.ts'
import type { Arguments, OptionSpecs } from './arguments.ts'
import { withCheckpoint } from './checkpoint.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import { languageOptions, threads } from './command.ts'
import type { CommandContext } from './command.ts'
import { corpusOptions, explainOption, runOnSources } from './corpus-run.ts'
import { chatOptions } from './conversation.ts'
import { gatherPoints } from './corpus-points.ts'
import type { PointChoice } from './corpus-points.ts'
import { write } from './generate.ts'
import { showProgress } from './progress.ts'
import { writeProjection } from './projection-report.ts'
import type { StoredRow } from './run-directory.ts'
import { namer } from './source.ts'
import type { Source } from './source.ts'
import { floats, writeTensorFile } from './tensor-file.ts'
import { UsageError } from './usage-error.ts'

/** Options of projections over a corpus alone. */
export const projectCorpusOptions: OptionSpecs = {
  layer: { value: 'last|all|N', help: 'with --corpus: which states; 0 is the embedding, all share a frame' },
  points: {
    value: 'both|source|steps',
    help: 'with --corpus: the mean state of each source, the state of each output token',
  },
  ...corpusOptions,
  ...explainOption,
  ...chatOptions,
  ...languageOptions,
}

const ofFiles = ['states', 'tensor', 'new', 'layout']

/** Collects the states row by row, then lays all of them out. Resolves with the exit code. */
export function projectCorpus(context: CommandContext, options: ProjectionOptions): Promise<number> {
  const { args } = context
  const idle = ofFiles.find((name) => args.has(name))
  if (idle !== undefined) throw new UsageError(`Give either --${idle} or --corpus FILE, whose states are computed`)
  const choice = readChoice(args)
  return withCheckpoint(context, (open) =>
    runOnSources(context, open, (own, source) => collectOne(own, open, source), {
      summarise: (rows) => layOut(context, open, rows, choice, options),
    }),
  )
}

function readChoice(args: Arguments): PointChoice {
  const points = args.choice('points', ['both', 'source', 'steps']) ?? 'both'
  const written = args.text('layer') ?? 'last'
  if (written === 'last' || written === 'all') return { points, layer: written }
  return { points, layer: args.whole('layer', 0)! } // it is given
}

/** One row: the states of its source and of the output, as tensors; the tokens of the output as steps. */
async function collectOne({ args, streams }: CommandContext, open: OpenCheckpoint, source: Source): Promise<void> {
  const { local, opened } = open
  const { layers, stateWidth: width } = opened.engine.model
  const ids = await outputOf(args, open, source)
  const { steps, states } = await local.teacherForce(opened.engine, source.ids, ids, { alternatives: 1, states: true })
  const tensors = {
    'states.source': floats([states!.source.length / width, width], states!.source), // asked for
    'states.steps': floats([layers.decoder + 1, ids.length, width], states!.steps),
  }
  await writeTensorFile(args.text('output')!, tensors, { command: 'project', device: opened.engine.device }) // of the row
  const name = namer(source.tokenizer)
  const text = source.tokenizer?.decode(ids) ?? null
  streams.out(
    JSON.stringify({
      text,
      steps: steps.map(({ id, logProb, entropy }) => ({ id, token: name(id), logProb, entropy })),
    }),
  )
}

async function outputOf(args: Arguments, open: OpenCheckpoint, source: Source): Promise<readonly number[]> {
  const target = args.text('target')
  if (target === undefined) return write(open, source.ids, {}, source.takes)
  if (source.tokenizer !== null) return (await open.local.encodeOutput(open.opened, source.tokenizer, target)).ids
  throw new ComputeError('bad-input', 'A reference can be read only with a tokenizer, and this checkpoint has none')
}

async function layOut(
  context: CommandContext,
  { local, opened }: OpenCheckpoint,
  rows: AsyncIterable<StoredRow>,
  choice: PointChoice,
  options: ProjectionOptions,
): Promise<object> {
  const directory = context.args.text('output')!
  const { layers, places } = await gatherPoints(directory, rows, choice)
  const input = { layers, added: null, given: null }
  const { device } = opened.engine
  const result = await showProgress(context, local.project(input, options, { device, threads: threads() }))
  const used = local.fitted(options, layers[0]!.rows)
  const to = join(directory, 'projection.safetensors')
  const { output: _, ...document } = await writeProjection(local, { input, options: used, device, to, result }, places)
  return { chosen: choice, ...document }
}
