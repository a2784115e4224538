import { ComputeError } from '#compute/index.ts'
import type { ModelOutput } from '#compute/types.ts'
import { insertStates } from '../db/results.ts'
import { type MissingOutput, type StoredOutput, countComplete, listMissing, upsertOutputs } from '../db/outputs.ts'
import { type InstanceStates, encodeStates } from '../files/states.ts'
import type { ActiveRun } from './active.ts'
import { type ComputingDeps, type Made, locateCheckpoint, withRetries } from './computing.ts'
import type { CorpusInput } from './input.ts'
import { ALTERNATIVES, asProblem, toStored } from './output-run.ts'

/** Outputs asked of compute at the same time, so that no process waits while one is stored. */
const LANES = 2

/** Finished outputs are stored together, so often; a killed server loses no more. */
const STORE_MS = 1_000

/** Instances read from the database at once. */
const SLICE = 100

/** Instances that may fail for reasons of ours before the run gives up. */
const MOST_FAILURES = 10

interface Finished {
  readonly output: StoredOutput
  readonly states: InstanceStates | null
}

/**
 * Lets the model write every output of a workspace that is missing, and keeps the hidden states. What is stored stays, so a run
 * that was cancelled or killed goes on where it ended.
 */
export async function computeCorpus(input: CorpusInput, active: ActiveRun, deps: ComputingDeps): Promise<Made> {
  const { folder: checkpoint, width } = await locateCheckpoint(deps.registry, input)
  const { complete, all } = await countComplete(deps.database, input.workspace, input.revision)
  const work = makeWork(input, active, deps, { checkpoint, width, complete, all })
  const lanes = await Promise.allSettled(Array.from({ length: LANES }, () => work.lane()))
  // After a cancel nothing of the run may appear any more; after a failure all that was finished is kept.
  if (!active.cancelled) await work.store()
  for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason
  const { failures } = work
  const done: Made = { state: 'done', result: null, error: null, store: async () => {} }
  if (failures.length === 0) return done
  return {
    ...done,
    state: 'failed',
    error: `${failures.length} outputs could not be written; the first: ${failures[0]}. Start it again`,
  }
}

interface Scope {
  readonly checkpoint: string
  readonly width: number
  readonly complete: number
  readonly all: number
}

function makeWork(input: CorpusInput, active: ActiveRun, deps: ComputingDeps, scope: Scope) {
  const missing = makeCursor(input, deps)
  const failures: string[] = []
  let waiting: Finished[] = []
  let storedAt = deps.now().getTime()
  let storing: Promise<void> = Promise.resolve()
  let done = scope.complete
  let broken = false

  /** Stores what is finished; one store at a time, in order. */
  const store = (): Promise<void> => {
    const batch = waiting
    waiting = []
    storedAt = deps.now().getTime()
    storing = storing.then(() => storeBatch(batch, input, scope, deps))
    return storing
  }

  const lane = async (): Promise<void> => {
    for (;;) {
      const instance = active.cancelled || broken ? null : await missing.next()
      if (instance === null) return
      try {
        const finished = await writeOne(instance, input, scope, active, deps)
        // Not in one line: the list may be another one by the time this one is written.
        waiting.push(finished)
      } catch (error) {
        broken ||= !isForgivable(error, active) || failures.push(messageOf(error)) > MOST_FAILURES
        if (broken) throw error
        deps.log(`corpus run: ${input.workspace}, ${instance.id}: ${messageOf(error)}`)
      }
      active.report({ stage: 'Writing outputs', done: ++done, total: scope.all })
      if (deps.now().getTime() - storedAt >= STORE_MS) await store()
    }
  }
  return { lane, store, failures }
}

/** Errors of one text leave the others; those of the checkpoint or the device, and a cancel, end the run. */
function isForgivable(error: unknown, active: ActiveRun): boolean {
  return !active.cancelled && error instanceof ComputeError && (error.kind === 'crashed' || error.kind === 'internal')
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Hands out the instances without a complete output, one by one, in their order. */
function makeCursor(input: CorpusInput, deps: ComputingDeps): { next(): Promise<MissingOutput | null> } {
  let slice: MissingOutput[] = []
  let after = -1
  let turn: Promise<unknown> = Promise.resolve()
  const take = async (): Promise<MissingOutput | null> => {
    if (slice.length === 0) slice = await listMissing(deps.database, input.workspace, input.revision, after, SLICE)
    const next = slice.shift() ?? null
    if (next !== null) after = next.ordinal
    return next
  }
  return {
    next() {
      const mine = turn.then(take)
      turn = mine.catch(() => {})
      return mine
    },
  }
}

async function writeOne(
  instance: MissingOutput,
  { revision }: CorpusInput,
  { checkpoint }: Scope,
  active: ActiveRun,
  { pool, engine }: ComputingDeps,
): Promise<Finished> {
  let crashes = 0
  const outcome = await withRetries<ModelOutput>(
    active,
    () => ++crashes,
    () =>
      pool.run(
        {
          kind: 'respond',
          checkpoint,
          text: instance.source,
          generation: null,
          alternatives: ALTERNATIVES,
          states: true,
        },
        'background',
      ),
  ).catch(asProblem)
  const output = toStored(instance.id, outcome, { revision, engine })
  if (typeof outcome === 'string' || outcome.states === null) return { output, states: null }
  return { output, states: { id: instance.id, states: outcome.states, steps: outcome.steps.length } }
}

async function storeBatch(
  batch: readonly Finished[],
  input: CorpusInput,
  { width }: Scope,
  { ledger, states, space, engine, now }: ComputingDeps,
): Promise<void> {
  if (batch.length === 0) return
  const { workspace, revision } = input
  const kept = batch.map((one) => one.states).filter((one) => one !== null)
  const file = kept.length === 0 ? null : encodeStates(kept, width, { engine, revision })
  await space.require(file?.bytes.byteLength)
  const hash = file === null ? null : await states.put(file.bytes)
  await ledger.transaction(async (tx, emit) => {
    if (file !== null && hash !== null) {
      await insertStates(tx, workspace, { hash, revision, bytes: file.bytes.byteLength, instances: file.places }, now())
    }
    const rows = batch.map(({ output, states }) => ({ ...output, chunk: states === null ? null : hash }))
    await upsertOutputs(tx, workspace, rows, now())
    await emit(workspace, { type: 'outputs-changed', instances: rows.map((row) => row.instance) })
  })
}
