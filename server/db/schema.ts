/**
 * The tables, the same in the embedded database and in PostgreSQL. `npm run -s coattend` never reads this; only the server does.
 * After a change: `npx drizzle-kit generate --config migrations/drizzle.config.ts`, and never edit a migration that was merged.
 *
 * Checkpoints are no table: they are JSON files in the data directory, so that the command line can register one while a server
 * holds the database. Large arrays (results, states) are files; rows hold their hashes.
 */
import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  boolean,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import type { Languages } from '#compute/types.ts'
import { bytes } from './columns.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 })
const number = (name: string) => bigint(name, { mode: 'number' })

export const person = pgTable('person', {
  id: text().primaryKey(),
  name: text().notNull(),
  /** The how-manieth person this is: decides colour and dash, and who was first. */
  ordinal: integer().notNull().unique(),
  createdAt: instant('created_at').notNull(),
})

export const session = pgTable(
  'session',
  {
    /** SHA-256 of the cookie, in hex: a stolen database opens no session. */
    tokenHash: text('token_hash').primaryKey(),
    person: text()
      .notNull()
      .references(() => person.id, { onDelete: 'cascade' }),
    createdAt: instant('created_at').notNull(),
    seenAt: instant('seen_at').notNull(),
  },
  (table) => [index('session_person').on(table.person)],
)

export const workspace = pgTable('workspace', {
  id: text().primaryKey(),
  name: text().notNull(),
  description: text().notNull().default(''),
  example: boolean().notNull().default(false),
  /** Name of a registered checkpoint. */
  checkpoint: text().notNull(),
  /** `{ source, target }`: codes of a multilingual translator; null where the checkpoint says alone. */
  languages: jsonb().$type<Languages>(),
  openRole: text('open_role').notNull(),
  /** Number of the newest durable event. */
  eventSeq: number('event_seq').notNull().default(0),
  createdAt: instant('created_at').notNull(),
  changedAt: instant('changed_at').notNull(),
  deletedAt: instant('deleted_at'),
})

const ofWorkspace = () =>
  text()
    .notNull()
    .references(() => workspace.id, { onDelete: 'cascade' })

export const member = pgTable(
  'member',
  {
    workspace: ofWorkspace(),
    person: text()
      .notNull()
      .references(() => person.id, { onDelete: 'cascade' }),
    role: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace, table.person] }), index('member_person').on(table.person)],
)

export const corpus = pgTable('corpus', {
  workspace: ofWorkspace().primaryKey(),
  name: text().notNull(),
  /** `[{ name, type }]`, in the order of the file; see server/corpus/columns.ts. */
  columns: jsonb().notNull(),
  bytes: number('bytes').notNull(),
})

export const instance = pgTable(
  'instance',
  {
    workspace: ofWorkspace(),
    id: text().notNull(),
    ordinal: integer().notNull(),
    source: text().notNull(),
    reference: text(),
    /** Columns to filter and sort by: scalars and lists of strings. */
    attributes: jsonb().notNull(),
    /** Structured columns (entities, alignments, options), for the views that know them. */
    data: jsonb(),
    /** null for a row of the corpus; where a text of somebody's own comes from otherwise, see server/db/derived.ts. */
    origin: jsonb(),
  },
  (table) => [
    primaryKey({ columns: [table.workspace, table.id] }),
    index('instance_ordinal').on(table.workspace, table.ordinal),
    index('instance_derived')
      .on(table.workspace)
      .where(sql`${table.origin} is not null`),
  ],
)

export const output = pgTable(
  'output',
  {
    workspace: text().notNull(),
    instance: text().notNull(),
    /** Revision of the checkpoint that wrote it. */
    revision: text().notNull(),
    engine: text().notNull(),
    decoding: text().notNull(),
    /** Why there is none; then all that follows is empty. */
    problem: text(),
    text: text(),
    tokens: integer(),
    logProb: doublePrecision('log_prob'),
    meanEntropy: doublePrecision('mean_entropy'),
    maxEntropy: doublePrecision('max_entropy'),
    /** Tokens of both texts, and the steps with their alternatives, as compressed JSON (server/db/outputs.ts). */
    detail: bytes('detail'),
    /** File with its hidden states, see `stateChunk`; null until the corpus run has stored them. */
    chunk: text(),
    bytes: integer().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspace, table.instance] }),
    foreignKey({
      columns: [table.workspace, table.instance],
      foreignColumns: [instance.workspace, instance.id],
    }).onDelete('cascade'),
  ],
)

/** A file of hidden states; `instances` lists `{ id, row, step, steps }`, see server/files/states.ts. */
export const stateChunk = pgTable(
  'state_chunk',
  {
    workspace: ofWorkspace(),
    hash: text().notNull(),
    revision: text().notNull(),
    bytes: number('bytes').notNull(),
    instances: jsonb().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace, table.hash] })],
)

export const result = pgTable('result', {
  /** SHA-256 of the file's bytes, in hex: its name too. */
  hash: text().primaryKey(),
  /** `[{ name, dtype, shape }]` */
  tensors: jsonb().notNull(),
  bytes: number('bytes').notNull(),
  createdAt: instant('created_at').notNull(),
})

export const run = pgTable(
  'run',
  {
    /** SHA-256 of all that decides the numbers, in hex. */
    key: text().primaryKey(),
    kind: text().notNull(),
    state: text().notNull(),
    /** What compute needs, see server/jobs/input.ts. */
    input: jsonb().notNull(),
    /** Position in the queue. */
    ordinal: bigserial({ mode: 'number' }).notNull(),
    /** Queue entry of the attempt that counts; others are stale. */
    job: text(),
    /** Process that computes it, and the last time it said so. */
    worker: text(),
    heartbeatAt: instant('heartbeat_at'),
    /** Compute processes that died over it. */
    crashes: integer().notNull().default(0),
    result: text().references(() => result.hash),
    error: text(),
    createdAt: instant('created_at').notNull(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    seconds: doublePrecision(),
  },
  (table) => [
    index('run_live')
      .on(table.state, table.ordinal)
      .where(sql`${table.state} in ('queued', 'running')`),
    index('run_result').on(table.result),
  ],
)

/** Who in which workspace asked for a run. A run is computed while somebody still wants it. */
export const runRequest = pgTable(
  'run_request',
  {
    workspace: ofWorkspace(),
    key: text()
      .notNull()
      .references(() => run.key, { onDelete: 'cascade' }),
    instance: text(),
    /** null: the server itself (the corpus run of a new workspace). */
    person: text().references(() => person.id, { onDelete: 'set null' }),
    createdAt: instant('created_at').notNull(),
    cancelledAt: instant('cancelled_at'),
  },
  (table) => [primaryKey({ columns: [table.workspace, table.key] }), index('run_request_key').on(table.key)],
)

/** Durable events, replayed to a client that was away. */
export const jobEvent = pgTable(
  'job_event',
  {
    workspace: ofWorkspace(),
    seq: number('seq').notNull(),
    event: jsonb().notNull(),
    at: instant('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace, table.seq] })],
)

export const document = pgTable(
  'document',
  {
    workspace: ofWorkspace(),
    name: text().notNull(),
    epoch: text().notNull(),
    /** Number of the newest update. */
    seq: number('seq').notNull().default(0),
    /** The state up to `stateSeq`, without which the updates after it mean nothing. */
    state: bytes('state').notNull(),
    stateSeq: number('state_seq').notNull().default(0),
    createdAt: instant('created_at').notNull(),
    changedAt: instant('changed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace, table.name] })],
)

export const documentUpdate = pgTable(
  'document_update',
  {
    workspace: text().notNull(),
    document: text().notNull(),
    seq: number('seq').notNull(),
    update: bytes('update').notNull(),
    /** Person id; null for the server. */
    actor: text(),
    at: instant('at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspace, table.document, table.seq] }),
    foreignKey({
      columns: [table.workspace, table.document],
      foreignColumns: [document.workspace, document.name],
    }).onDelete('cascade'),
  ],
)

/** What a document held when its history was replaced, so that nothing is ever lost by that: the state and the updates after it. */
export const documentState = pgTable(
  'document_state',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    workspace: ofWorkspace(),
    document: text().notNull(),
    epoch: text().notNull(),
    seq: number('seq').notNull(),
    state: bytes('state').notNull(),
    updates: bytes('updates').array().notNull(),
    at: instant('at').notNull(),
  },
  (table) => [index('document_state_of').on(table.workspace, table.document)],
)

/** Who shared, changed roles, deleted, restored, exported, started or cancelled what. Outlives the workspace. */
export const audit = pgTable('audit', {
  id: bigserial({ mode: 'number' }).primaryKey(),
  at: instant('at').notNull(),
  person: text(),
  workspace: text(),
  action: text().notNull(),
  detail: jsonb(),
})
