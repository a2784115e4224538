/** Many masks, as many in one run as fit, with a word after each run. */
import type { Progress } from '#compute/types.ts'
import type { Mask, Masking } from './masking.ts'

/** A step after every run; scores come later. */
export type RunSteps<Result> = AsyncGenerator<{ readonly progress: Progress; readonly partial: null }, Result>

/** The value of every item; how many fit into a run is asked before each, since it changes with the measured pace. */
export async function* inRuns<Item, Value>(
  items: readonly Item[],
  perRun: () => number,
  evaluate: (some: readonly Item[]) => Promise<Iterable<Value>>,
  progressAt: (found: number) => Progress,
): RunSteps<readonly Value[]> {
  const found: Value[] = []
  while (found.length < items.length) {
    found.push(...(await evaluate(items.slice(found.length, found.length + perRun()))))
    yield { progress: progressAt(found.length), partial: null }
  }
  return found
}

/** F of every target under every mask, [mask][target]. */
export const evaluateMasks = (
  masking: Masking,
  targets: readonly number[],
  masks: readonly Mask[],
  progressAt: (found: number) => Progress,
): RunSteps<readonly Float64Array[]> =>
  inRuns(
    masks,
    () => masking.masksPerRun(targets.length),
    (some) => masking.evaluate(targets, some),
    progressAt,
  )
