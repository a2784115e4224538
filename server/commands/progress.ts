import type { Progress } from '#compute/types.ts'
import type { CommandContext } from './command.ts'

/** Covers the longest line of progress, which is written over and over in one place. */
const progressWidth = 40

/** Runs steps to their end, telling of each on standard error, unless the output is for a program. */
export async function showProgress<T>(
  { args, streams }: CommandContext,
  steps: AsyncGenerator<{ readonly progress: Progress }, T>,
): Promise<T> {
  const isShown = !args.has('json')
  let step = await steps.next()
  while (!step.done) {
    const { stage, done, total } = step.value.progress
    if (isShown) streams.err(`${done} of ${total} ${stage}`.padEnd(progressWidth) + '\r')
    step = await steps.next()
  }
  if (isShown) streams.err(' '.repeat(progressWidth) + '\r')
  return step.value
}
