/** `--value mean` with a corpus: the mean output of every head over all queries of all rows. */
import type { HeadValues } from '#compute/local.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { CommandContext } from './command.ts'
import type { CorpusExtras } from './corpus-run.ts'
import { readProblem } from './targets.ts'

export interface CorpusMeans {
  readonly prepare: NonNullable<CorpusExtras['prepare']>
  /** null where no means over a corpus were asked for. */
  readonly values: () => HeadValues | null
}

/** Means are collected before the first row is computed, since every row needs all of them. */
export function openCorpusMeans({ args, streams }: CommandContext, open: OpenCheckpoint): CorpusMeans {
  const isAsked = args.has('corpus') && args.text('value') === 'mean'
  const means = open.local.makeHeadMeans(open.opened.engine)
  return {
    prepare: async (visit) => {
      if (!isAsked) return
      if (!args.has('json')) streams.err('Reading the corpus once for the mean output of every head\n')
      await visit(async (own, source) => means.add(await readProblem(own.args, open, source)))
    },
    values: () => (isAsked ? means.values() : null),
  }
}
