import { ComputeError } from '#compute/index.ts'
import type { ComputePool, RunningTask } from '#compute/types.ts'
import type { Announcer } from '#collab/index.ts'
import type { Registry } from '../checkpoints/registry.ts'
import type { Connection, Database } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import type { Space } from '../files/space.ts'
import type { FileStore } from '../files/store.ts'
import type { ActiveRun } from './active.ts'
import type { RunInput } from './input.ts'
import type { Emit, Ledger } from './ledger.ts'

/** What it takes to compute runs. */
export interface ComputingDeps {
  readonly database: Database
  readonly ledger: Ledger
  readonly announcer: Announcer
  readonly pool: ComputePool
  readonly registry: Registry
  readonly results: FileStore
  readonly states: FileStore
  readonly space: Space
  /** Version of what computes; part of every key. */
  readonly engine: string
  now(): Date
  log(line: string): void
}

/** How a run ended, and what is stored in the transaction that ends it. */
export interface Made {
  readonly state: 'done' | 'failed'
  readonly result: string | null
  readonly error: string | null
  store(tx: Connection, emit: Emit): Promise<void>
}

/** Compute processes that may die over one piece of work. */
const MOST_CRASHES = 3

/**
 * Runs a task, and again when its compute process dies. `start` is asked anew each time, so that it can leave out what was
 * finished; `count` says how many processes have died by now, this one included.
 */
export async function withRetries<T>(
  active: ActiveRun,
  count: () => number | Promise<number>,
  start: () => RunningTask<T>,
): Promise<T> {
  for (;;) {
    const task = start()
    const detach = active.attach(task)
    try {
      return await task.result
    } catch (error) {
      if (!(error instanceof ComputeError) || error.kind !== 'crashed' || active.cancelled) throw error
      const crashes = await count()
      if (crashes >= MOST_CRASHES) throw givenUp(error, crashes)
      active.notice(
        `A compute process ended (${error.message}). Going on from where it was, attempt ${crashes + 1} of ${MOST_CRASHES}.`,
      )
    } finally {
      detach()
    }
  }
}

function givenUp(cause: ComputeError, crashes: number): ComputeError {
  return new ComputeError(
    'crashed',
    `${crashes} compute processes ended over this (the last: ${cause.message}). ` +
      `Free some memory or take a shorter text, then start it again`,
    { cause },
  )
}

/** Where a checkpoint is and what it is, if its files are still those that were asked for. */
export async function locateCheckpoint(
  registry: Registry,
  { checkpoint, revision }: RunInput,
): Promise<{ readonly folder: string; readonly width: number }> {
  const found = await registry.find(checkpoint)
  if (found === null) {
    throw new Refusal('not-found', `the checkpoint "${checkpoint}" is not registered any more. Import it again`)
  }
  const { summary, problem } = found.reply
  if (summary === null) throw new Refusal('conflict', problem ?? 'the checkpoint cannot be opened')
  if (summary.revision === revision) return { folder: found.folder, width: summary.width }
  throw new Refusal(
    'conflict',
    `the files of the checkpoint "${checkpoint}" have changed since this was asked for. Ask again`,
  )
}
