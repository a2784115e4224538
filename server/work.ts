import { type Collab, openCollab } from '#collab/index.ts'
import type { Closing } from './closing.ts'
import { makeJournal } from './db/documents.ts'
import { makeEventStore } from './db/events.ts'
import { deleteOldSessions } from './db/people.ts'
import { listWithoutShared } from './db/workspaces.ts'
import type { AppDeps } from './deps.ts'
import { makeDoorkeeper } from './doorkeeper.ts'
import { makeExamples } from './examples.ts'
import { openDispatcher } from './jobs/dispatcher.ts'
import { type Ledger, makeLedger } from './jobs/ledger.ts'
import { openQueue } from './jobs/queue.ts'
import { type Runs, makeRuns } from './jobs/runs.ts'
import { printable } from './text.ts'
import { startCorpusRun } from './workspaces/make.ts'

/** What is open before collaboration and jobs are. */
export type Core = Omit<
  AppDeps,
  | 'collab'
  | 'ledger'
  | 'runs'
  | 'assets'
  | 'signIns'
  | 'directories'
  | 'arrivals'
  | 'uploads'
  | 'intakes'
  | 'localFiles'
>

/** Collaboration and jobs, which tell each other what happens. */
export async function openWork(
  core: Core,
  closing: Closing,
  open: typeof openCollab = openCollab,
): Promise<{ collab: Collab; ledger: Ledger; runs: Runs }> {
  const { database, now, random, log } = core
  const collab = open({
    journal: makeJournal({ database, random, now }),
    doorkeeper: makeDoorkeeper(core),
    events: makeEventStore(database),
    now: () => now().getTime(),
    random: Math.random,
    log,
  })
  await closing.open(collab, (opened) => opened.close())
  const ledger = makeLedger({ database, announcer: collab.announcer, now })
  const queue = await closing.open(
    openQueue(database, (error) => log(`queue: ${printable(error.message)}`)),
    (opened) => opened.close(),
  )
  const work = { ...core, ledger, queue, announcer: collab.announcer }
  const dispatcher = await closing.open(openDispatcher(work), (opened) => opened.close())
  return { collab, ledger, runs: makeRuns({ ...work, dispatcher }) }
}

/** Finishes workspaces whose making was interrupted, and makes the examples of a new directory. */
export async function prepareWorkspaces(deps: AppDeps, examples: string): Promise<void> {
  await deps.database.transaction((tx) => deleteOldSessions(tx, deps.now()))
  for (const workspace of await listWithoutShared(deps.database)) {
    await deps.collab.createShared(workspace.id)
    await startCorpusRun(workspace, null, deps)
  }
  await makeExamples({ ...deps, folder: examples })
}
