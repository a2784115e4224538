import { withCheckpoint } from './checkpoint.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import { commonOptions, languageOptions } from './command.ts'
import type { Command, CommandContext } from './command.ts'
import { corpusOptions, runOnSources } from './corpus-run.ts'
import { generationOptions, readGeneration } from './generation-options.ts'
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
    ...languageOptions,
    ...commonOptions,
  },
  run: (context) =>
    withCheckpoint(context, (open) => runOnSources(context, open, (own, source) => generateOne(own, open, source))),
}

async function generateOne({ args, streams }: CommandContext, open: OpenCheckpoint, source: Source): Promise<void> {
  const written = await write(open, source.ids, readGeneration(args), source.takes)
  const { steps } = await open.local.teacherForce(open.opened.engine, source.ids, written, {
    alternatives: 1,
    states: false,
  })
  const tokenizer = source.tokenizer
  const text = tokenizer === null ? null : tokenizer.decode(written)
  const named = steps.map(({ id, logProb, entropy }) => ({ id, token: tokenizer?.token(id) ?? null, logProb, entropy }))
  if (args.has('json')) return streams.out(JSON.stringify({ ids: written, text, steps: named }))
  streams.out(text ?? written.join(' '))
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
