import { withCheckpoint } from './checkpoint.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import { commonOptions, languageOptions } from './command.ts'
import type { Command, CommandContext } from './command.ts'
import { chatOptions } from './conversation.ts'
import { corpusOptions, runOnSources } from './corpus-run.ts'
import { openJudge } from './evaluation-judge.ts'
import { summariseEvaluation } from './evaluation-summary.ts'
import { writeOutput, writeOutputs } from './generate.ts'
import { generationOptions } from './generation-options.ts'
import { placeTokens } from './output-report.ts'
import type { ReportedOutput } from './output-report.ts'
import type { Source } from './source.ts'
import { UsageError } from './usage-error.ts'

/** `evaluate`: how good what a model writes for a corpus is. */
export const evaluate: Command = {
  name: 'evaluate',
  positionals: ['CHECKPOINT'],
  summary: 'what a model writes for a corpus, measured, with intervals',
  options: {
    metrics: {
      value: 'bleu,rouge,…',
      help: 'of bleu, chrf, chrf++, rouge, exact, answer, entities; all that the corpus allows where left out',
    },
    by: { value: 'COLUMN', help: 'the same numbers for each value of a column' },
    output: { value: 'DIRECTORY', help: 'where results go' },
    ...generationOptions,
    ...corpusOptions,
    ...chatOptions,
    ...languageOptions,
    ...commonOptions,
  },
  run: (context) =>
    withCheckpoint(context, (open) => {
      const { args } = context
      if (!args.has('corpus')) throw new UsageError('Give --corpus FILE, whose rows are evaluated')
      const judge = openJudge(args.text('metrics'), args.text('by'), open.local)
      return runOnSources(context, open, (own, source) => writeAndPlace(own, open, source), {
        ...judge,
        together: async (sources) => {
          const outputs = await writeOutputs(context, open, sources)
          return outputs.map((output, i) => (output === null ? null : place(sources[i]!, output)))
        },
        summarise: (rows) => summariseEvaluation(rows, open.local),
      })
    }),
}

async function writeAndPlace(context: CommandContext, open: OpenCheckpoint, source: Source): Promise<void> {
  const output = await writeOutput(context, open, source)
  context.streams.out(JSON.stringify(place(source, output)))
}

/** With where each token stands in the text. */
const place = (source: Source, output: ReportedOutput): object => ({
  ...output,
  offsets: placeTokens(source, output.ids),
})
