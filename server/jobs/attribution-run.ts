import { encodeSafetensors } from '#compute/index.ts'
import { countCrash } from '../db/runs.ts'
import { upsertResult } from '../db/results.ts'
import type { ActiveRun } from './active.ts'
import { type ComputingDeps, type Made, locateCheckpoint, withRetries } from './computing.ts'
import type { AttributionInput } from './input.ts'
import { toTensors } from './partial.ts'

/** Attributes every output token of an instance; parts are told as they come. */
export async function computeAttribution(
  input: AttributionInput,
  active: ActiveRun,
  deps: ComputingDeps,
): Promise<Made> {
  const { database, pool, results, now } = deps
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
        },
        'interactive',
        { progress: (progress) => active.report(progress), partial: (part) => active.part(part, output.length) },
      ),
  )
  const tensors = toTensors(attribution)
  const bytes = encodeSafetensors(tensors, {
    engine: deps.engine,
    device: pool.device.name,
    revision: input.revision,
    options: JSON.stringify(options),
  })
  await deps.space.require(bytes.byteLength)
  const hash = await results.put(bytes)
  const notes = Object.entries(tensors).map(([name, { dtype, shape }]) => ({ name, dtype, shape }))
  return {
    state: 'done',
    result: hash,
    error: null,
    store: (tx) => upsertResult(tx, { hash, tensors: notes, bytes: bytes.byteLength, now: now() }),
  }
}
