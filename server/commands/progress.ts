import type { Progress } from '#compute/types.ts'
import type { CommandContext } from './command.ts'

/** Covers the longest line of progress, which is written over and over in one place. */
const progressWidth = 40
/** Milliseconds between two lines: steps can be shorter than can be read. */
const progressPause = 200

/** Runs steps to their end, telling of them on standard error, unless the output is for a program. */
export async function showProgress<T>(
  { args, streams }: CommandContext,
  steps: AsyncGenerator<{ readonly progress: Progress }, T>,
): Promise<T> {
  const isShown = !args.has('json')
  let step = await steps.next()
  for (let told = -Infinity; step.done !== true; step = await steps.next()) {
    if (!isShown || performance.now() - told < progressPause) continue
    told = performance.now()
    const { stage, done, total } = step.value.progress
    streams.err(`${done} of ${total} ${stage}`.padEnd(progressWidth) + '\r')
  }
  if (isShown) streams.err(' '.repeat(progressWidth) + '\r')
  return step.value
}
