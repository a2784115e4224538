import { sql } from 'drizzle-orm'
import type { Connection } from './database.ts'
import { result, stateChunk } from './schema.ts'

export interface TensorNote {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
}

/** Notes that a result file is stored. The same bytes may come from two runs. */
export async function upsertResult(
  tx: Connection,
  { hash, tensors, bytes, now }: { hash: string; tensors: readonly TensorNote[]; bytes: number; now: Date },
): Promise<void> {
  await tx.orm.insert(result).values({ hash, tensors, bytes, createdAt: now }).onConflictDoNothing()
}

/** Where the hidden states of one instance lie in the tensors of a chunk. */
export interface StatePlace {
  readonly id: string
  /** Row of `source`. */
  readonly row: number
  /** First row of `steps`, and how many. */
  readonly step: number
  readonly steps: number
}

export interface StateChunk {
  readonly hash: string
  readonly revision: string
  readonly bytes: number
  readonly instances: readonly StatePlace[]
}

export async function insertStates(tx: Connection, workspace: string, chunk: StateChunk, now: Date): Promise<void> {
  await tx.orm
    .insert(stateChunk)
    .values({ workspace, ...chunk, createdAt: now })
    .onConflictDoNothing()
}

/** Hashes of the files that a workspace alone holds states in: those to remove with it. */
export async function listOwnChunks(db: Connection, workspace: string): Promise<readonly string[]> {
  const { rows } = await db.orm.execute<{ hash: string }>(sql`
    select hash from ${stateChunk} where ${stateChunk.workspace} = ${workspace}
      and not exists (select 1 from state_chunk other where other.hash = ${stateChunk.hash} and other.workspace <> ${workspace})`)
  return rows.map(({ hash }) => hash)
}

/**
 * Removes the runs that no workspace asks for any more, and the rows of results that no run has; returns their hashes. Runs under
 * way are left alone.
 */
export async function deleteUnwanted(tx: Connection): Promise<readonly string[]> {
  await tx.query(
    `delete from run where state not in ('queued', 'running')
     and not exists (select 1 from run_request where run_request.key = run.key)`,
  )
  const { rows } = await tx.query(
    `delete from result where not exists (select 1 from run where run.result = result.hash) returning hash`,
  )
  return (rows as { hash: string }[]).map(({ hash }) => hash)
}
