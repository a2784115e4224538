import type { Task, TaskPartials, TaskResults } from '#compute/types.ts'
import { countCrash } from '../db/runs.ts'
import type { ActiveRun } from './active.ts'
import { answer } from './answers.ts'
import { type ComputingDeps, type Made, locateCheckpoint, withRetries } from './computing.ts'
import type { AnalysisInput } from './input.ts'
import { storeResult } from './result-file.ts'

/** A task as an answer asks for it: where and how it is computed is said here. */
export type AskCompute = <K extends Task['kind']>(
  /** Asked anew for each attempt, so that it can leave out what an earlier one finished. */
  task: (checkpoint: string) => Extract<Task, { kind: K }>,
  partial?: (part: K extends keyof TaskPartials ? TaskPartials[K] : never) => void,
) => Promise<TaskResults[K]>

/** Tells tensors of an answer under way, under the names they will have in it; `done` of `total` are finished. */
export type TellTensors = ActiveRun['tensors']

/** Answers a question about one instance; what is known on the way is told. */
export async function computeAnalysis(input: AnalysisInput, active: ActiveRun, deps: ComputingDeps): Promise<Made> {
  const { folder: checkpoint } = await locateCheckpoint(deps.registry, input)
  const ask: AskCompute = (task, partial) =>
    withRetries(
      active,
      () => countCrash(deps.database, active.run.key),
      () =>
        deps.pool.run(task(checkpoint), 'interactive', {
          progress: (progress) => active.report(progress),
          ...(partial === undefined ? {} : { partial }),
        }),
    )
  const { tensors, report } = await answer(input, ask, (...tensors) => active.tensors(...tensors))
  return storeResult(
    tensors,
    {
      revision: input.revision,
      question: JSON.stringify(input.question),
      ...(report === null ? {} : { report: JSON.stringify(report) }),
    },
    deps,
  )
}
