import { ComputeError } from '#compute/index.ts'
import type { ModelOutput } from '#compute/types.ts'
import { insertStates } from '../db/results.ts'
import { type MissingOutput, type StoredOutput, countComplete, listMissing, upsertOutputs } from '../db/outputs.ts'
import { type InstanceStates, encodeStates } from '../files/states.ts'
import { spoken } from '../languages.ts'
import type { ActiveRun } from './active.ts'
import { type ComputingDeps, type Made, locateCheckpoint, withRetries } from './computing.ts'
import type { CorpusInput } from './input.ts'
import { ALTERNATIVES, asProblem, toStored } from './output-run.ts'

/** Finished outputs are stored together, so often; a killed server loses no more of them. */
const STORE_MS = 1_000

/** Instances asked of compute at once: enough to find some of about one length among them, which are written together. */
const GROUP = 64

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
  // One group more than there are processes, so that none waits while another group is read or stored.
  const lanes = await Promise.allSettled(Array.from({ length: deps.pool.processes + 1 }, () => work.lane()))
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
  const next = makeCursor(input, deps)
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
  const report = (): void => active.report({ stage: 'Writing outputs', done: ++done, total: scope.all })
  const keep = (finished: Finished): void => {
    waiting.push(finished)
    report()
    // Its lane hears of a failure at the end of the group.
    if (deps.now().getTime() - storedAt >= STORE_MS) store().catch(() => (broken = true))
  }

  const alone = async (instance: MissingOutput): Promise<void> => {
    try {
      keep(await writeOne(instance, input, scope, active, deps))
    } catch (error) {
      broken ||= !isForgivable(error, active) || failures.push(messageOf(error)) > MOST_FAILURES
      if (broken) throw error
      deps.log(`corpus run: ${input.workspace}, ${instance.id}: ${messageOf(error)}`)
      report()
    }
  }

  const lane = async (): Promise<void> => {
    for (;;) {
      const group = active.cancelled || broken ? [] : await next()
      if (group.length === 0) return
      for (const instance of await writeGroup(group, input, scope, { active, deps, keep })) {
        if (active.cancelled || broken) return
        await alone(instance)
      }
      await storing
    }
  }
  return { lane, store, failures }
}

interface Writing {
  readonly active: ActiveRun
  readonly deps: ComputingDeps
  keep(finished: Finished): void
}

/** Has a group written together and keeps every output as it comes; returns the instances that are left where compute fails. */
async function writeGroup(
  group: readonly MissingOutput[],
  { workspace, revision, languages }: CorpusInput,
  { checkpoint }: Scope,
  { active, deps, keep }: Writing,
): Promise<readonly MissingOutput[]> {
  const common = { revision, engine: deps.engine }
  const left = new Set(group)
  const texts = group.map(({ source }) => source)
  const task = deps.pool.run(
    {
      kind: 'respond-many',
      checkpoint,
      texts,
      generation: null,
      alternatives: ALTERNATIVES,
      states: true,
      ...spoken(languages),
    },
    'background',
    {
      partial({ answers }) {
        for (const answer of answers) {
          const instance = group[answer.index]!
          left.delete(instance)
          keep(toFinished(instance, 'output' in answer ? answer.output : answer.problem, common))
        }
      },
    },
  )
  const detach = active.attach(task)
  try {
    await task.result
  } catch (error) {
    if (active.cancelled || !(error instanceof ComputeError) || error.kind === 'cancelled') throw error
    // One of them may be the cause: each alone from here on, it is the only one to fail.
    if (error.kind === 'crashed') active.notice(`${error.message}. Going on from where it was.`)
    else deps.log(`corpus run: ${workspace}: ${error.message}; ${left.size} texts are written one by one`)
  } finally {
    detach()
  }
  return [...left]
}

/** Errors of one text leave the others; those of the checkpoint or the device, and a cancel, end the run. */
function isForgivable(error: unknown, active: ActiveRun): boolean {
  return !active.cancelled && error instanceof ComputeError && (error.kind === 'crashed' || error.kind === 'internal')
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Hands out the instances without a complete output, group by group, in their order; none at the end. */
function makeCursor(input: CorpusInput, deps: ComputingDeps): () => Promise<readonly MissingOutput[]> {
  let after = -1
  let turn: Promise<unknown> = Promise.resolve()
  const take = async (): Promise<readonly MissingOutput[]> => {
    const group = await listMissing(deps.database, input.workspace, input.revision, after, GROUP)
    after = group.at(-1)?.ordinal ?? after
    return group
  }
  return () => {
    const mine = turn.then(take)
    turn = mine.catch(() => {})
    return mine
  }
}

async function writeOne(
  instance: MissingOutput,
  { revision, languages }: CorpusInput,
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
          ...spoken(languages),
        },
        'background',
      ),
  ).catch(asProblem)
  return toFinished(instance, outcome, { revision, engine })
}

/** What compute answered, or the problem it had with the text. */
function toFinished(
  instance: MissingOutput,
  outcome: ModelOutput | string,
  { revision, engine }: { readonly revision: string; readonly engine: string },
): Finished {
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
