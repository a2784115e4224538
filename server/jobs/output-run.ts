import type { ComputeError } from '#compute/index.ts'
import { isUserError } from '#compute/index.ts'
import type { ModelOutput, Task } from '#compute/types.ts'
import type { Connection } from '../db/database.ts'
import { isThere } from '../db/derived.ts'
import { listWithSource } from '../db/instances.ts'
import { type StoredOutput, upsertOutputs } from '../db/outputs.ts'
import { type StateChunk, insertStates } from '../db/results.ts'
import { countCrash, listWishes } from '../db/runs.ts'
import { encodeStates } from '../files/states.ts'
import { spoken } from '../languages.ts'
import type { ActiveRun } from './active.ts'
import { type ComputingDeps, type Made, locateCheckpoint, withRetries } from './computing.ts'
import { DECODING, type OutputInput } from './input.ts'
import type { Emit } from './ledger.ts'

/** Likeliest tokens kept of every step. */
export const ALTERNATIVES = 5

/**
 * Lets the model write the output of one text, for every instance that has it in the workspaces that wait; or writes that of a text
 * of somebody's own as they want it.
 */
export async function computeOutput(input: OutputInput, active: ActiveRun, deps: ComputingDeps): Promise<Made> {
  const { database, now } = deps
  const { folder, width } = await locateCheckpoint(deps.registry, input)
  const outcome = await withRetries(
    active,
    () => countCrash(database, active.run.key),
    () => deps.pool.run(taskOf(input, folder), 'interactive', { progress: (progress) => active.report(progress) }),
  ).catch(asProblem)
  const decoding = DECODINGS[input.derived?.target?.kind ?? 'write']
  const common = { revision: input.revision, engine: deps.engine, decoding }
  const problem = typeof outcome === 'string' ? outcome : null
  const states = await keepStates(input, outcome, width, deps)
  return {
    state: problem === null ? 'done' : 'failed',
    result: null,
    error: problem,
    async store(tx, emit) {
      for (const { workspace } of await listWishes(tx, active.run.key)) {
        if (input.derived !== undefined) {
          await storeDerived(
            tx,
            emit,
            workspace,
            { ...toStored(input.derived.instance, outcome, common), states },
            now(),
          )
          continue
        }
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

/** How an output of each kind was written, in words. */
const DECODINGS = { write: DECODING, force: 'given', continue: `begun by hand, then ${DECODING}` } as const

function taskOf({ text, derived, languages }: OutputInput, checkpoint: string): Extract<Task, { kind: 'respond' }> {
  return {
    kind: 'respond',
    checkpoint,
    text,
    generation: null,
    alternatives: ALTERNATIVES,
    // A text of somebody's own is asked for where its steps are looked at; those of a corpus come with the corpus run.
    states: derived !== undefined,
    ...(derived?.target ? { target: derived.target } : {}),
    ...spoken(derived === undefined ? languages : derived.languages),
  }
}

/** Stores the hidden states of a text of somebody's own as a file of its own. */
async function keepStates(
  { derived, revision }: OutputInput,
  outcome: ModelOutput | string,
  width: number,
  { states, space, engine }: ComputingDeps,
): Promise<StateChunk | null> {
  if (derived === undefined || typeof outcome === 'string' || outcome.states === null) return null
  const kept = { id: derived.instance, states: outcome.states, steps: outcome.steps.length }
  // Named, so that equal states of two texts are two files: each goes with its own.
  const { bytes, places } = encodeStates([kept], width, { engine, revision, instance: derived.instance })
  await space.require(bytes.byteLength)
  return { hash: await states.put(bytes), revision, bytes: bytes.byteLength, instances: places }
}

/** Stores the output of a text of somebody's own, unless it was deleted meanwhile. */
async function storeDerived(
  tx: Connection,
  emit: Emit,
  workspace: string,
  { states, ...output }: StoredOutput & { readonly states: StateChunk | null },
  now: Date,
): Promise<void> {
  if (!(await isThere(tx, workspace, output.instance))) return
  if (states !== null) await insertStates(tx, workspace, states, now)
  await upsertOutputs(tx, workspace, [{ ...output, chunk: states?.hash ?? null }], now)
  await emit(workspace, { type: 'outputs-changed', instances: [output.instance] })
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
  common: { readonly revision: string; readonly engine: string; readonly decoding?: string },
): StoredOutput {
  const row = { instance, decoding: DECODING, ...common, chunk: null }
  if (typeof outcome === 'string') return { ...row, problem: outcome, written: null }
  const { text, source, output, steps } = outcome
  return { ...row, problem: null, written: { text, source, output, steps } }
}
