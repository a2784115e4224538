import { and, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm'
import type { RunInput } from '../jobs/input.ts'
import type { RunKind, RunState } from '../wire/runs.ts'
import type { Connection } from './database.ts'
import { person, run, runRequest, workspace } from './schema.ts'

/** A run as stored. */
export interface StoredRun {
  readonly key: string
  readonly kind: RunKind
  readonly state: RunState
  readonly input: RunInput
  /** Place in the queue: lower ones come first. */
  readonly ordinal: number
  readonly job: string | null
  readonly result: string | null
  readonly error: string | null
}

/** A run as one workspace sees it. */
export interface RequestedRun extends StoredRun {
  readonly instance: string | null
  readonly startedBy: { readonly id: string; readonly name: string } | null
  readonly requestedAt: Date
  readonly seconds: number | null
}

/** Kind, state and input are written by this room alone, so the row is taken at its word. */
type Row = Omit<typeof run.$inferSelect, 'kind' | 'state' | 'input'> & Pick<StoredRun, 'kind' | 'state' | 'input'>

const asked = {
  run,
  instance: runRequest.instance,
  requestedAt: runRequest.createdAt,
  cancelledAt: runRequest.cancelledAt,
  personId: person.id,
  personName: person.name,
}

function fromAsked(db: Connection) {
  return db.orm
    .select(asked)
    .from(runRequest)
    .innerJoin(run, eq(run.key, runRequest.key))
    .leftJoin(person, eq(person.id, runRequest.person))
    .$dynamic()
}

function toRequested(row: Awaited<ReturnType<typeof fromAsked>>[number]): RequestedRun {
  const stored = row.run as Row
  return {
    ...stored,
    // A workspace that cancelled its wish sees a cancelled run, even while others go on waiting for it.
    state: row.cancelledAt === null ? stored.state : 'cancelled',
    result: row.cancelledAt === null ? stored.result : null,
    instance: row.instance,
    requestedAt: row.requestedAt,
    startedBy: row.personId === null ? null : { id: row.personId, name: row.personName ?? '' },
  }
}

export async function readRequested(db: Connection, workspaceId: string, key: string): Promise<RequestedRun | null> {
  const [row] = await fromAsked(db).where(and(eq(runRequest.workspace, workspaceId), eq(runRequest.key, key)))
  return row === undefined ? null : toRequested(row)
}

/** The runs of a workspace that are queued or running, in the order of the queue. */
export async function listLive(db: Connection, workspaceId: string): Promise<readonly RequestedRun[]> {
  const rows = await fromAsked(db)
    .where(and(eq(runRequest.workspace, workspaceId), isNull(runRequest.cancelledAt), isLive()))
    .orderBy(run.ordinal)
  return rows.map(toRequested)
}

const isLive = () => inArray(run.state, ['queued', 'running'] satisfies RunState[])

/** How many queued runs come before each of these, by key; runs of each queue wait for each other alone. Runs that wait for nothing are left out. */
export async function countBefore(
  db: Connection,
  runs: readonly Pick<StoredRun, 'key' | 'state'>[],
): Promise<ReadonlyMap<string, number>> {
  const waiting = runs.filter(({ state }) => state === 'queued').map(({ key }) => key)
  if (waiting.length === 0) return new Map()
  const { rows } = await db.query(
    `select key, before from (
       select key, (row_number() over (partition by case when kind in ('corpus', 'study') then kind end order by ordinal) - 1)::int as before
       from run where state = 'queued'
     ) as queued where key = any($1)`,
    [waiting],
  )
  return new Map((rows as { key: string; before: number }[]).map(({ key, before }) => [key, before]))
}

/** How many live runs a person has asked for. */
export async function countLiveOf(db: Connection, personId: string): Promise<number> {
  const [row] = await db.orm
    .select({ count: sql<number>`count(distinct ${run.key})::int` })
    .from(runRequest)
    .innerJoin(run, eq(run.key, runRequest.key))
    .where(and(eq(runRequest.person, personId), isNull(runRequest.cancelledAt), isLive()))
  return row?.count ?? 0
}

/** Makes sure that there is a row, and locks it until the transaction ends. `inserted` says whether it is new. */
export async function lockOrInsert(
  tx: Connection,
  { key, input, job, now }: { key: string; input: RunInput; job: string; now: Date },
): Promise<{ run: StoredRun; inserted: boolean }> {
  const [added] = await tx.orm
    .insert(run)
    .values({ key, kind: input.kind, state: 'queued', input, job, createdAt: now })
    .onConflictDoNothing()
    .returning()
  if (added !== undefined) return { run: added as Row, inserted: true }
  const locked = await lockRun(tx, key)
  if (locked === null) throw new Error(`internal: run ${key} is there and is not`)
  return { run: locked, inserted: false }
}

/** A run whoever asked for it: for one that builds on the result of another. */
export async function readRun(db: Connection, key: string): Promise<StoredRun | null> {
  const [row] = await db.orm.select().from(run).where(eq(run.key, key))
  return (row as Row | undefined) ?? null
}

export async function lockRun(tx: Connection, key: string): Promise<StoredRun | null> {
  const [row] = await tx.orm.select().from(run).where(eq(run.key, key)).for('update')
  return (row as Row | undefined) ?? null
}

/** Puts a run at the end of the queue, under a new entry; returns its place. */
export async function requeueRun(tx: Connection, key: string, job: string, input: RunInput): Promise<number> {
  const [row] = await tx.orm
    .update(run)
    .set({
      state: 'queued',
      job,
      worker: null,
      heartbeatAt: null,
      startedAt: null,
      finishedAt: null,
      seconds: null,
      error: null,
      result: null,
      crashes: 0,
      ordinal: sql`nextval(pg_get_serial_sequence('run', 'ordinal'))`,
      input,
    })
    .where(eq(run.key, key))
    .returning({ ordinal: run.ordinal })
  return row?.ordinal ?? 0
}

/** Notes that a workspace wants a run. Returns whether this is news to it: never asked for, or cancelled before. */
export async function upsertRequest(
  tx: Connection,
  request: { workspace: string; key: string; instance: string | null; person: string | null; now: Date },
): Promise<boolean> {
  const { now, ...row } = request
  const itself = and(eq(runRequest.workspace, row.workspace), eq(runRequest.key, row.key))
  const [before] = await tx.orm.select({ cancelledAt: runRequest.cancelledAt }).from(runRequest).where(itself)
  if (before?.cancelledAt === null) return false
  await tx.orm
    .insert(runRequest)
    .values({ ...row, createdAt: now })
    .onConflictDoUpdate({
      target: [runRequest.workspace, runRequest.key],
      set: { person: row.person, instance: row.instance, createdAt: now, cancelledAt: null },
    })
  return true
}

export async function cancelRequest(tx: Connection, workspaceId: string, key: string, now: Date): Promise<void> {
  await tx.orm
    .update(runRequest)
    .set({ cancelledAt: now })
    .where(and(eq(runRequest.workspace, workspaceId), eq(runRequest.key, key)))
}

export interface Wish {
  readonly workspace: string
  readonly instance: string | null
}

/** The workspaces that still want a run. One in the bin wants nothing. */
export async function listWishes(db: Connection, key: string): Promise<readonly Wish[]> {
  return db.orm
    .select({ workspace: runRequest.workspace, instance: runRequest.instance })
    .from(runRequest)
    .innerJoin(workspace, eq(workspace.id, runRequest.workspace))
    .where(and(eq(runRequest.key, key), isNull(runRequest.cancelledAt), isNull(workspace.deletedAt)))
}

/** Keys of the live runs that a workspace wants. */
export async function listLiveKeys(db: Connection, workspaceId: string): Promise<readonly string[]> {
  return (await listLive(db, workspaceId)).map(({ key }) => key)
}

/** Takes a queued run; null when the queue's entry is stale. */
export async function claimRun(
  db: Connection,
  { key, job, worker, now }: { key: string; job: string; worker: string; now: Date },
): Promise<StoredRun | null> {
  const [row] = await db.orm
    .update(run)
    .set({ state: 'running', worker, heartbeatAt: now, startedAt: now })
    .where(and(eq(run.key, key), eq(run.job, job), eq(run.state, 'queued')))
    .returning()
  return (row as Row | undefined) ?? null
}

export interface Ending {
  readonly key: string
  readonly job: string
  readonly state: 'done' | 'failed' | 'cancelled'
  readonly result: string | null
  readonly error: string | null
  readonly seconds: number | null
  readonly now: Date
}

/** Ends a run, unless it was cancelled or given to somebody else meanwhile; says whether it did. */
export async function endRun(tx: Connection, ending: Ending): Promise<boolean> {
  const { state, result, error, seconds, now } = ending
  const rows = await tx.orm
    .update(run)
    .set({ state, result, error, seconds, finishedAt: now })
    .where(and(eq(run.key, ending.key), eq(run.job, ending.job), isLive()))
    .returning({ key: run.key })
  return rows.length > 0
}

/** One more compute process died over a run; returns how many have by now. */
export async function countCrash(db: Connection, key: string): Promise<number> {
  const [row] = await db.orm
    .update(run)
    .set({ crashes: sql`${run.crashes} + 1` })
    .where(eq(run.key, key))
    .returning({ crashes: run.crashes })
  return row?.crashes ?? 0
}

/** Says that a process still computes its runs, and returns their keys; what is missing was taken from it. */
export async function beat(db: Connection, worker: string, now: Date): Promise<readonly string[]> {
  const rows = await db.orm
    .update(run)
    .set({ heartbeatAt: now })
    .where(and(eq(run.worker, worker), eq(run.state, 'running')))
    .returning({ key: run.key })
  return rows.map(({ key }) => key)
}

/** Locks the running runs, of one process or of all, whose process has said nothing since `before` (null: whenever it did). */
export async function lockOrphans(tx: Connection, before: Date | null, worker?: string): Promise<readonly StoredRun[]> {
  const silent = before === null ? undefined : or(isNull(run.heartbeatAt), lt(run.heartbeatAt, before))
  const rows = await tx.orm
    .select()
    .from(run)
    .where(and(eq(run.state, 'running'), silent, worker === undefined ? undefined : eq(run.worker, worker)))
    .orderBy(run.ordinal)
    .for('update', { skipLocked: true })
  return rows as Row[]
}

/** Puts an orphan back without giving up its place in the queue or the count of its crashes. */
export async function releaseRun(tx: Connection, key: string, job: string): Promise<void> {
  await tx.orm
    .update(run)
    .set({ state: 'queued', job, worker: null, heartbeatAt: null, startedAt: null })
    .where(eq(run.key, key))
}

/** Whether a workspace has asked for the run that made a result. */
export async function isResultOf(db: Connection, workspaceId: string, hash: string): Promise<boolean> {
  const rows = await db.orm
    .select({ key: run.key })
    .from(run)
    .innerJoin(runRequest, eq(runRequest.key, run.key))
    .where(and(eq(run.result, hash), eq(runRequest.workspace, workspaceId), isNull(runRequest.cancelledAt)))
    .limit(1)
  return rows.length > 0
}

const exported = ['attribution', 'analysis', 'study'] as const

/** What was computed for a workspace beside its outputs, which have a file of their own: attributions, answers and studies, for its export. */
export async function listComputed(db: Connection, workspaceId: string) {
  const rows = await fromAsked(db)
    .where(and(eq(runRequest.workspace, workspaceId), inArray(run.kind, exported), eq(run.state, 'done')))
    .orderBy(run.ordinal)
  return rows
    .map(toRequested)
    .flatMap(({ key, instance, input, result, seconds }) =>
      result === null ? [] : [{ key, instance, input, result, seconds }],
    )
}
