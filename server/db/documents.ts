import { and, eq, sql } from 'drizzle-orm'
import type { Journal, JournalEntry, StoredDocument } from '#collab/index.ts'
import { ServerError } from '../errors.ts'
import { type RandomBytes, makeId } from '../identity.ts'
import type { Connection, Database } from './database.ts'
import { document, documentUpdate, workspace } from './schema.ts'

export interface JournalDeps {
  readonly database: Database
  readonly random: RandomBytes
  now(): Date
}

/** How often an edit moves a workspace to the front of the list. */
const CHANGED_MS = 60_000

/** The storage of shared documents: a state, and the updates after it, in rows. */
export function makeJournal({ database, random, now }: JournalDeps): Journal {
  const changed = new Map<string, number>()
  return {
    load: (id, name) => load(database, id, name),
    async create(id, name, state) {
      const epoch = makeId(random)
      await database.transaction((tx) => replace(tx, id, name, epoch, state, now()))
      return epoch
    },
    async append(entries) {
      const numbers = await database.transaction((tx) => append(tx, entries, now()))
      await noteChanges(database, entries, changed, now())
      return numbers
    },
    async compact(id, name, epoch, seq, state) {
      await database.transaction((tx) => compact(tx, { id, name, epoch, seq, state }))
    },
  }
}

async function load(db: Connection, id: string, name: string): Promise<StoredDocument | null> {
  const { rows } = await db.query(
    `select d.epoch, d.state, d.seq::float8 as seq, coalesce(array_agg(u.update order by u.seq) filter (where u.seq is not null), '{}') as updates
     from document d left join document_update u on u.workspace = d.workspace and u.document = d.name and u.seq > d.state_seq
     where d.workspace = $1 and d.name = $2 group by d.workspace, d.name`,
    [id, name],
  )
  const [row] = rows as { epoch: string; state: Uint8Array; seq: number; updates: Uint8Array[] }[]
  return row ?? null
}

/** Puts a new history in place of a document's, or makes the document. What it held is kept aside. */
async function replace(
  tx: Connection,
  id: string,
  name: string,
  epoch: string,
  state: Uint8Array,
  now: Date,
): Promise<void> {
  const itself = and(eq(document.workspace, id), eq(document.name, name))
  const [before] = await tx.orm.select({ seq: document.seq }).from(document).where(itself).for('update')
  if (before === undefined) {
    await tx.orm.insert(document).values({ workspace: id, name, epoch, state, createdAt: now, changedAt: now })
    return
  }
  await tx.orm.execute(sql`
    insert into document_state (workspace, document, epoch, seq, state, updates, at)
    select workspace, name, epoch, seq, state, array(
      select update from document_update where workspace = ${id} and document = ${name} and seq > document.state_seq order by seq
    ), ${now.toISOString()}::timestamptz from document where ${itself}`)
  await tx.orm.update(document).set({ epoch, state, stateSeq: before.seq, changedAt: now }).where(itself)
  await tx.orm.delete(documentUpdate).where(and(eq(documentUpdate.workspace, id), eq(documentUpdate.document, name)))
}

/** Appends in one statement; the transaction around it is undone when a document is gone or has another epoch. */
async function append(tx: Connection, entries: readonly JournalEntry[], now: Date): Promise<readonly number[]> {
  const { rows } = await tx.query(
    `with entry as (
       select * from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::text[])
         with ordinality as given (workspace, document, epoch, update, actor, place)
     ), counted as (
       select workspace, document, epoch, count(*) as added from entry group by workspace, document, epoch
     ), moved as (
       update document set seq = document.seq + counted.added, changed_at = $6 from counted
       where document.workspace = counted.workspace and document.name = counted.document and document.epoch = counted.epoch
       returning document.workspace, document.name, document.seq - counted.added as base
     ), numbered as (
       select entry.*, moved.base + row_number() over (partition by entry.workspace, entry.document order by entry.place) as seq
       from entry join moved on moved.workspace = entry.workspace and moved.name = entry.document
     ), stored as (
       insert into document_update (workspace, document, seq, update, actor, at)
       select workspace, document, seq, update, actor, $6 from numbered
     )
     select seq::float8 as seq from numbered order by place`,
    [
      entries.map((entry) => entry.workspace),
      entries.map((entry) => entry.document),
      entries.map((entry) => entry.epoch),
      entries.map(({ update }) => Buffer.from(update.buffer, update.byteOffset, update.byteLength)),
      entries.map((entry) => entry.actor),
      now,
    ],
  )
  if (rows.length === entries.length) return (rows as { seq: number }[]).map(({ seq }) => seq)
  throw new ServerError(
    'database',
    `${entries.length - rows.length} of ${entries.length} updates belong to a document that is gone or was replaced`,
  )
}

interface Compaction {
  readonly id: string
  readonly name: string
  readonly epoch: string
  readonly seq: number
  readonly state: Uint8Array
}

/** A state older than the stored one, or of another epoch, changes nothing. */
async function compact(tx: Connection, { id, name, epoch, seq, state }: Compaction): Promise<void> {
  const moved = await tx.orm
    .update(document)
    .set({ state, stateSeq: seq })
    .where(
      and(
        eq(document.workspace, id),
        eq(document.name, name),
        eq(document.epoch, epoch),
        sql`${document.stateSeq} < ${seq} and ${seq} <= ${document.seq}`,
      ),
    )
    .returning({ name: document.name })
  if (moved.length === 0) return
  await tx.orm
    .delete(documentUpdate)
    .where(
      and(eq(documentUpdate.workspace, id), eq(documentUpdate.document, name), sql`${documentUpdate.seq} <= ${seq}`),
    )
}

async function noteChanges(
  db: Connection,
  entries: readonly JournalEntry[],
  changed: Map<string, number>,
  now: Date,
): Promise<void> {
  for (const id of new Set(entries.map((entry) => entry.workspace))) {
    if (now.getTime() - (changed.get(id) ?? -Infinity) < CHANGED_MS) continue
    changed.set(id, now.getTime())
    await db.orm.update(workspace).set({ changedAt: now }).where(eq(workspace.id, id))
  }
}

/** Names of the documents of a workspace. */
export async function listDocuments(db: Connection, id: string): Promise<readonly string[]> {
  const rows = await db.orm
    .select({ name: document.name })
    .from(document)
    .where(eq(document.workspace, id))
    .orderBy(document.name)
  return rows.map(({ name }) => name)
}
