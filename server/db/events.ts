import { and, eq, gt, lte, sql } from 'drizzle-orm'
import type { EventStore } from '#collab/index.ts'
import { type DurableEvent, durableEvent } from '#collab/wire/events.ts'
import type { Connection } from './database.ts'
import { jobEvent, workspace } from './schema.ts'

/** Events kept per workspace; a client that missed more loads everything anew. */
const KEPT = 2_000
const REPLAYED = 1_000

/**
 * Numbers and stores an event. The workspace's row is locked until the transaction ends, so numbers become visible in their
 * order and without a gap. null where the workspace is gone.
 */
export async function insertEvent(tx: Connection, id: string, event: DurableEvent, now: Date): Promise<number | null> {
  const [row] = await tx.orm
    .update(workspace)
    .set({ eventSeq: sql`${workspace.eventSeq} + 1` })
    .where(eq(workspace.id, id))
    .returning({ seq: workspace.eventSeq })
  if (row === undefined) return null
  await tx.orm.insert(jobEvent).values({ workspace: id, seq: row.seq, event, at: now })
  if (row.seq % 100 === 0) {
    await tx.orm.delete(jobEvent).where(and(eq(jobEvent.workspace, id), lte(jobEvent.seq, row.seq - KEPT)))
  }
  return row.seq
}

/** Where Socket.IO finds what a client has missed. */
export function makeEventStore(db: Connection): EventStore {
  return {
    since: (id, after) => listSince(db, id, after),
    latest: (id) => readLatest(db, id),
  }
}

async function readLatest(db: Connection, id: string): Promise<number> {
  const [row] = await db.orm.select({ seq: workspace.eventSeq }).from(workspace).where(eq(workspace.id, id))
  return row?.seq ?? 0
}

async function listSince(
  db: Connection,
  id: string,
  after: number,
): Promise<readonly { seq: number; event: DurableEvent }[] | null> {
  const rows = await db.orm
    .select({ seq: jobEvent.seq, event: jobEvent.event })
    .from(jobEvent)
    .where(and(eq(jobEvent.workspace, id), gt(jobEvent.seq, after)))
    .orderBy(jobEvent.seq)
    .limit(REPLAYED + 1)
  if (rows.length > REPLAYED) return null
  const [first] = rows
  // A number from another history (a client of an older database), or older than what is kept.
  if (first === undefined) return (await readLatest(db, id)) === after ? [] : null
  if (first.seq !== after + 1) return null
  return rows.map(({ seq, event }) => ({ seq, event: durableEvent.parse(event) }))
}
