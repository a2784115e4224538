/** What commands that explain an output share: the options that say what is read, and doing it for one text or every row of a corpus. */
import type { OptionSpecs } from './arguments.ts'
import { withCheckpoint } from './checkpoint.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import { commonOptions, languageOptions } from './command.ts'
import type { Command, CommandContext } from './command.ts'
import { conversationOptions } from './conversation.ts'
import { corpusOptions, explainOption, runOnSources } from './corpus-run.ts'
import type { StoredRow } from './run-directory.ts'
import type { Source } from './source.ts'
import { targetOptions } from './targets.ts'

/** What is read, and which of its output tokens are explained. */
export const explainedOptions: OptionSpecs = {
  text: { value: 'TEXT', help: 'the text the model reads' },
  inputs: { value: 'FILE', help: 'or safetensors with input_ids (decoder_input_ids, target_positions, target_ids)' },
  ...targetOptions,
}

/** What stands last in the help of such a command. */
export const explainingOptions: OptionSpecs = {
  ...corpusOptions,
  ...explainOption,
  ...conversationOptions,
  ...languageOptions,
  ...commonOptions,
}

/** Runs the work for one source on what was given, and sums up the rows of a corpus. */
export const explainEach =
  (
    one: (context: CommandContext, open: OpenCheckpoint, source: Source) => Promise<void>,
    summarise: (rows: AsyncIterable<StoredRow>, open: OpenCheckpoint) => Promise<object>,
  ): Command['run'] =>
  (context) =>
    withCheckpoint(context, (open) =>
      runOnSources(context, open, (own, source) => one(own, open, source), {
        summarise: (rows) => summarise(rows, open),
      }),
    )
