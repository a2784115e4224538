import { countCrash } from '../db/runs.ts'
import type { ActiveRun } from './active.ts'
import { spoken } from '../languages.ts'
import { type ComputingDeps, type Made, locateCheckpoint, withRetries } from './computing.ts'
import type { AttributionInput } from './input.ts'
import { toTensors } from './partial.ts'
import { storeResult } from './result-file.ts'

/** Attributes every output token of an instance; parts are told as they come. */
export async function computeAttribution(
  input: AttributionInput,
  active: ActiveRun,
  deps: ComputingDeps,
): Promise<Made> {
  const { database, pool } = deps
  const { folder: checkpoint } = await locateCheckpoint(deps.registry, input)
  const { source, output, options } = input
  const attribution = await withRetries(
    active,
    () => countCrash(database, active.run.key),
    () =>
      pool.run(
        {
          kind: 'attribute',
          checkpoint,
          source,
          output,
          options,
          focus: active.focus,
          finished: active.accumulator.finished(),
          ...spoken(input.languages),
        },
        'interactive',
        { progress: (progress) => active.report(progress), partial: (part) => active.part(part, output.length) },
      ),
  )
  return storeResult(toTensors(attribution), { revision: input.revision, options: JSON.stringify(options) }, deps)
}
