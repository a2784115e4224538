import { withCheckpoint } from './checkpoint.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import { commonOptions, languageOptions } from './command.ts'
import type { Command, CommandContext } from './command.ts'
import { conversationOptions } from './conversation.ts'
import { corpusOptions, runOnSources } from './corpus-run.ts'
import { summariseOutputs } from './evaluation-summary.ts'
import { generationOptions, readGeneration } from './generation-options.ts'
import { describeOutput } from './output-report.ts'
import type { ReportedOutput } from './output-report.ts'
import type { Source } from './source.ts'

/** `generate`: lets a model write. */
export const generate: Command = {
  name: 'generate',
  positionals: ['CHECKPOINT'],
  summary: 'what a model writes for a text or for given ids',
  options: {
    text: { value: 'TEXT', help: 'the text the model reads' },
    inputs: { value: 'FILE', help: 'or safetensors with input_ids [1, n]' },
    ...generationOptions,
    output: { value: 'DIRECTORY', help: 'with --corpus: where results go' },
    ...corpusOptions,
    ...conversationOptions,
    ...languageOptions,
    ...commonOptions,
  },
  run: (context) =>
    withCheckpoint(context, (open) =>
      runOnSources(context, open, (own, source) => generateOne(own, open, source), {
        together: (sources) => writeOutputs(context, open, sources),
        summarise: (rows) => summariseOutputs(rows, open.local),
      }),
    ),
}

async function generateOne(context: CommandContext, open: OpenCheckpoint, source: Source): Promise<void> {
  const output = await writeOutput(context, open, source)
  if (context.args.has('json')) return context.streams.out(JSON.stringify(output))
  context.streams.out(output.text ?? output.ids.join(' '))
}

/** Lets the model write as the options say, and scores what it wrote. */
export async function writeOutput(
  { args }: CommandContext,
  open: OpenCheckpoint,
  source: Source,
): Promise<ReportedOutput> {
  const written = await write(open, source.ids, readGeneration(args), source.takes)
  const taps = { alternatives: 1, states: false }
  return describeOutput(source, written, await open.local.teacherForce(open.opened.engine, source.ids, written, taps))
}

/** The same for several sources together; null for those that must be written alone. */
export async function writeOutputs(
  { args }: CommandContext,
  { local, opened }: OpenCheckpoint,
  sources: readonly Source[],
): Promise<readonly (ReportedOutput | null)[]> {
  const outputs = new Map<Source, ReportedOutput>()
  for (const takes of ['all settings', 'token ids only'] as const) {
    const some = sources.filter((source) => source.takes === takes)
    if (some.length === 0) continue
    if (takes === 'all settings') await local.requireTarget(opened)
    const read = some.map(({ ids }) => ids)
    const writing = local.writeTogether(opened.engine, read, readGeneration(args), takes)
    let step = await writing.next()
    while (!step.done) step = await writing.next()
    for (const [i, steps] of step.value.entries()) {
      if (steps === null) continue
      const ids = steps.map(({ id }) => id)
      outputs.set(some[i]!, describeOutput(some[i]!, ids, { steps }))
    }
  }
  return sources.map((source) => outputs.get(source) ?? null)
}

/** The ids that are written, without start token and prompt. */
export async function write(
  { local, opened }: OpenCheckpoint,
  source: readonly number[],
  request: Parameters<typeof local.generate>[2],
  takes: Parameters<typeof local.generate>[3],
): Promise<readonly number[]> {
  if (takes === 'all settings') await local.requireTarget(opened)
  const writing = local.generate(opened.engine, source, request, takes)
  let step = await writing.next()
  while (!step.done) step = await writing.next()
  return step.value
}
