import { randomUUID } from 'node:crypto'
import { ComputeError, isUserError } from '#compute/index.ts'
import { type StoredRun, beat, claimRun, endRun, listWishes, lockOrphans, releaseRun } from '../db/runs.ts'
import { Refusal } from '../errors.ts'
import { printable, printableTrace, storable } from '../text.ts'
import { type ActiveRun, makeActiveRun } from './active.ts'
import { computeAnalysis } from './analysis-run.ts'
import { computeAttribution } from './attribution-run.ts'
import type { ComputingDeps, Made } from './computing.ts'
import { computeCorpus } from './corpus-run.ts'
import { type Queue, queueOf, queues } from './input.ts'
import { computeOutput } from './output-run.ts'
import type { JobQueue } from './queue.ts'
import { computeStudy } from './study-run.ts'

/** Takes runs from the queue and has them computed. */
export interface Dispatcher {
  /** Looks at the queue now; call after something was sent. */
  wake(): void
  /** The run under this key, if this process computes it. */
  find(key: string): ActiveRun | undefined
  /** Stops computing; what was under way is put back into the queue. */
  close(): Promise<void>
}

export interface DispatcherDeps extends ComputingDeps {
  readonly queue: JobQueue
}

/** Runs under way at the same time. They take turns in the pool, which serves a new one first, so that a class waits for nobody. */
const SLOTS: Readonly<Record<Queue, number>> = { interactive: 12, study: 6, corpus: 1 }

/** Another process may have sent something, or an entry came at the same tick of the database's clock as a look at the queue. */
const POLL_MS = 2_000
const AGAIN_MS = 15

const HEARTBEAT_MS = 5_000
const SILENCE_MS = 30_000

export async function openDispatcher(deps: DispatcherDeps): Promise<Dispatcher> {
  const worker = randomUUID()
  const active = new Map<string, ActiveRun>()
  const working = new Set<Promise<void>>()
  let closed = false

  const countOf = (queue: Queue): number => [...active.values()].filter(({ run }) => queueOf(run.kind) === queue).length

  const fill = async (queue: Queue): Promise<void> => {
    // oxlint-disable-next-line no-unmodified-loop-condition -- close() sets it while the loop awaits
    while (!closed && countOf(queue) < SLOTS[queue]) {
      const run = await take(deps, queue, worker)
      if (run === null) return
      const job = makeActiveRun(run, deps)
      // Known before the question who waits for it, so that a cancel meanwhile finds it.
      active.set(run.key, job)
      job.welcome(await listWishes(deps.database, run.key))
      const work = compute(job, deps).finally(() => {
        // A run that was cancelled and asked for again is under way under the same key.
        if (active.get(run.key) === job) active.delete(run.key)
        working.delete(work)
        if (!closed) look()
      })
      working.add(work)
    }
  }
  const lookers = queues.map((queue) => makeSerial(() => fill(queue)))
  const report = (error: unknown): void => deps.log(`jobs: ${printable(String(error))}`)
  const look = (): void => {
    for (const looker of lookers) looker().catch(report)
  }
  const heartbeat = async (): Promise<void> => {
    const kept = new Set(active.size === 0 ? [] : await beat(deps.database, worker, deps.now()))
    // Cancelled or taken over by way of another process.
    for (const [key, job] of active) if (!kept.has(key)) job.cancel()
    if (deps.database.kind === 'postgresql') await requeueOrphans(deps, new Date(deps.now().getTime() - SILENCE_MS))
  }

  await requeueOrphans(deps, deps.database.kind === 'embedded' ? null : new Date(deps.now().getTime() - SILENCE_MS))
  const timers = [setInterval(look, POLL_MS), setInterval(() => void heartbeat().catch(report), HEARTBEAT_MS)]
  look()
  return {
    wake() {
      look()
      setTimeout(look, AGAIN_MS).unref()
    },
    find: (key) => active.get(key),
    async close() {
      closed = true
      for (const timer of timers) clearInterval(timer)
      for (const job of active.values()) job.cancel()
      await Promise.allSettled(working)
      await release(deps, worker)
    },
  }
}

/** Makes a function of which one call runs at a time; calls meanwhile become one more call at the end. */
function makeSerial(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let again = false
  const run = async (): Promise<void> => {
    do {
      again = false
      await work()
    } while (again)
  }
  return () => {
    again = true
    running ??= run().finally(() => (running = null))
    return running
  }
}

/** Takes an entry and its run in one transaction, so that a crash in between loses neither. */
async function take({ database, queue, now }: DispatcherDeps, name: Queue, worker: string): Promise<StoredRun | null> {
  for (;;) {
    const taken = await database.transaction(async (tx) => {
      const entry = await queue.fetch(tx, name)
      if (entry === null) return null
      const run = await claimRun(tx, { ...entry, worker, now: now() })
      if (run === null) await queue.remove(tx, name, entry.job)
      return { run }
    })
    if (taken === null) return null
    if (taken.run !== null) return taken.run
  }
}

async function compute(active: ActiveRun, deps: DispatcherDeps): Promise<void> {
  const started = deps.now().getTime()
  try {
    const made = await computeByKind(active, deps)
    active.stop()
    await end(active, made, (deps.now().getTime() - started) / 1_000, deps)
  } catch (error) {
    active.stop()
    if (active.cancelled) return
    await end(active, failed(describeFailure(error, active.run, deps)), null, deps).catch((cause: unknown) =>
      deps.log(`jobs: run ${active.run.key} ended and could not be stored: ${printable(String(cause))}`),
    )
  }
}

function computeByKind(active: ActiveRun, deps: DispatcherDeps): Promise<Made> {
  const { input } = active.run
  switch (input.kind) {
    case 'attribution':
      return computeAttribution(input, active, deps)
    case 'analysis':
      return computeAnalysis(input, active, deps)
    case 'study':
      return computeStudy(input, active, deps)
    case 'output':
      return computeOutput(input, active, deps)
    case 'corpus':
      return computeCorpus(input, active, deps)
  }
}

const failed = (error: string): Made => ({ state: 'failed', result: null, error, store: async () => {} })

/** What people are told. Errors of ours are written to the log under the number they see. */
function describeFailure(error: unknown, run: StoredRun, deps: DispatcherDeps): string {
  if (error instanceof Refusal || isUserError(error)) return error.message
  if (error instanceof ComputeError && error.kind === 'crashed') return error.message
  deps.log(`jobs: run ${run.key} failed: ${printableTrace(error)}`)
  return `internal: this could not be computed. The server's log says why under ${run.key.slice(0, 8)}`
}

/** Stores how a run ended and tells everybody who waits for it, unless it was cancelled or taken away meanwhile. */
async function end(active: ActiveRun, made: Made, seconds: number | null, deps: DispatcherDeps): Promise<void> {
  const { key, kind, job } = active.run
  await deps.ledger
    .transaction(async (tx, emit) => {
      const error = made.error === null ? null : storable(made.error)
      const { state, result } = made
      // The row of the result must be there before a run names it.
      await made.store(tx, emit)
      if (!(await endRun(tx, { key, job: job ?? '', state, result, error, seconds, now: deps.now() })))
        throw new Taken()
      if (job !== null) await deps.queue.remove(tx, queueOf(kind), job)
      for (const { workspace } of await listWishes(tx, key)) {
        await emit(
          workspace,
          error === null ? { type: 'run-done', key, result } : { type: 'run-failed', key, message: error },
        )
      }
    })
    .catch((error: unknown) => {
      if (!(error instanceof Taken)) throw error
    })
}

/** Undoes a transaction: the run was cancelled or given to another process. */
class Taken extends Error {}

/** Puts runs back whose process has ended. In the embedded database that is every run that was under way. */
async function requeueOrphans({ database, queue, log }: DispatcherDeps, before: Date | null): Promise<void> {
  const count = await database.transaction(async (tx) => {
    const orphans = await lockOrphans(tx, before)
    for (const orphan of orphans) await putBack(tx, queue, orphan)
    return orphans.length
  })
  if (count > 0) log(`jobs: ${count} interrupted ${count === 1 ? 'run goes' : 'runs go'} on`)
}

async function putBack(tx: Parameters<JobQueue['send']>[0], queue: JobQueue, run: StoredRun): Promise<void> {
  const job = randomUUID()
  if (run.job !== null) await queue.remove(tx, queueOf(run.kind), run.job)
  await releaseRun(tx, run.key, job)
  await queue.send(tx, queueOf(run.kind), { job, key: run.key }, run.ordinal)
}

/** Puts back what this process was computing. */
async function release({ database, queue }: DispatcherDeps, worker: string): Promise<void> {
  await database.transaction(async (tx) => {
    for (const run of await lockOrphans(tx, null, worker)) await putBack(tx, queue, run)
  })
}
