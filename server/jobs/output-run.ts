import type { ComputeError } from '#compute/index.ts'
import { isUserError } from '#compute/index.ts'
import type { ModelOutput } from '#compute/types.ts'
import { listWithSource } from '../db/instances.ts'
import { type StoredOutput, upsertOutputs } from '../db/outputs.ts'
import { countCrash, listWishes } from '../db/runs.ts'
import type { ActiveRun } from './active.ts'
import { type ComputingDeps, type Made, locateCheckpoint, withRetries } from './computing.ts'
import { DECODING, type OutputInput } from './input.ts'

/** Likeliest tokens kept of every step. */
export const ALTERNATIVES = 5

/** Lets the model write the output of one text, for every instance that has it in the workspaces that wait. */
export async function computeOutput(input: OutputInput, active: ActiveRun, deps: ComputingDeps): Promise<Made> {
  const { database, pool, now } = deps
  const { folder: checkpoint } = await locateCheckpoint(deps.registry, input)
  const outcome = await withRetries(
    active,
    () => countCrash(database, active.run.key),
    () =>
      pool.run(
        { kind: 'respond', checkpoint, text: input.text, generation: null, alternatives: ALTERNATIVES, states: false },
        'interactive',
        { progress: (progress) => active.report(progress) },
      ),
  ).catch(asProblem)
  const common = { revision: input.revision, engine: deps.engine }
  const problem = typeof outcome === 'string' ? outcome : null
  return {
    state: problem === null ? 'done' : 'failed',
    result: null,
    error: problem,
    async store(tx, emit) {
      for (const { workspace } of await listWishes(tx, active.run.key)) {
        // Several instances of a corpus may have the same text: they are one run and get one output each.
        for (const instances of inSlices(await listWithSource(tx, workspace, input.text))) {
          const outputs = instances.map((instance) => toStored(instance, outcome, common))
          await upsertOutputs(tx, workspace, outputs, now())
          await emit(workspace, { type: 'outputs-changed', instances })
        }
      }
    },
  }
}

/** An event names no more instances than this. */
const SLICE = 1_000

function* inSlices(instances: readonly string[]): Generator<string[]> {
  for (let at = 0; at < instances.length; at += SLICE) yield instances.slice(at, at + SLICE)
}

/** The message of an error that lies in the text itself; every other error is thrown on. */
export function asProblem(error: unknown): string {
  if (isUserError(error) && isAboutText(error)) return error.message
  throw error
}

const isAboutText = ({ kind }: ComputeError): boolean => kind === 'too-long' || kind === 'bad-input'

/** What compute answered, or the problem it had with the text, as a row. */
export function toStored(
  instance: string,
  outcome: ModelOutput | string,
  common: { readonly revision: string; readonly engine: string },
): StoredOutput {
  const row = { instance, ...common, decoding: DECODING, chunk: null }
  if (typeof outcome === 'string') return { ...row, problem: outcome, written: null }
  const { text, source, output, steps } = outcome
  return { ...row, problem: null, written: { text, source, output, steps } }
}
