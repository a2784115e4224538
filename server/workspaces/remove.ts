import { record } from '../db/audit.ts'
import { deleteUnwanted, listOwnChunks } from '../db/results.ts'
import { listLiveKeys } from '../db/runs.ts'
import { changeWorkspace, deleteWorkspace } from '../db/workspaces.ts'
import type { AppDeps } from '../deps.ts'

type RemovingDeps = Pick<AppDeps, 'database' | 'ledger' | 'collab' | 'runs' | 'results' | 'states' | 'now' | 'log'>

/** Puts a workspace into the bin: nobody can open it, its runs end, and everything of it stays. */
export async function binWorkspace(id: string, person: string, deps: RemovingDeps): Promise<void> {
  const { ledger, now } = deps
  await ledger.transaction(async (tx, emit) => {
    await changeWorkspace(tx, id, { deletedAt: now(), changedAt: now() })
    await emit(id, { type: 'workspace-deleted' })
    await record(tx, { person, workspace: id, action: 'workspace-binned' }, now())
  })
  await cancelRuns(id, person, deps)
  await deps.collab.closeWorkspace(id)
}

/** Deletes a workspace for good, with the files that are its alone. */
export async function eraseWorkspace(id: string, person: string, deps: RemovingDeps): Promise<void> {
  const { database, ledger, states, results, now } = deps
  await cancelRuns(id, person, deps)
  await deps.collab.closeWorkspace(id)
  const chunks = await listOwnChunks(database, id)
  const unwanted = await ledger.transaction(async (tx) => {
    await deleteWorkspace(tx, id)
    await record(tx, { person, workspace: id, action: 'workspace-deleted' }, now())
    return deleteUnwanted(tx)
  })
  // The rows are gone first: a file without a row is only waste, a row without a file would be a lie.
  for (const hash of chunks) await states.remove(hash)
  for (const hash of unwanted) await results.remove(hash)
}

async function cancelRuns(id: string, person: string, { database, runs }: RemovingDeps): Promise<void> {
  for (const key of await listLiveKeys(database, id)) await runs.cancel(id, key, person)
}
