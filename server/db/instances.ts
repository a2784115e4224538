import { and, eq, isNull, sql } from 'drizzle-orm'
import { type Column, columns as columnsSchema } from '../corpus/columns.ts'
import type { CorpusRow, ParsedCorpus } from '../corpus/rows.ts'
import { storable, storableJson } from '../text.ts'
import type { AttributeValue } from '../wire/instances.ts'
import type { Connection } from './database.ts'
import type { StoredOrigin } from './derived.ts'
import { corpus, instance } from './schema.ts'

export interface InstanceRow {
  readonly id: string
  readonly ordinal: number
  readonly source: string
  readonly reference: string | null
  readonly attributes: Readonly<Record<string, AttributeValue>>
  /** null for a row of the corpus. */
  readonly origin: StoredOrigin | null
}

/** Rows in one statement; a few thousand take a third of a second. */
const BATCH = 2_000

/** Stores a parsed corpus as that of a workspace. */
export async function insertCorpus(
  tx: Connection,
  workspace: string,
  name: string,
  parsed: ParsedCorpus,
): Promise<void> {
  await tx.orm.insert(corpus).values({ workspace, name, columns: parsed.columns, bytes: parsed.bytes })
  for (let start = 0; start < parsed.rows.length; start += BATCH) {
    await insertRows(tx, workspace, parsed.rows.slice(start, start + BATCH))
  }
}

async function insertRows(tx: Connection, workspace: string, rows: readonly CorpusRow[]): Promise<void> {
  await tx.query(
    `insert into instance (workspace, id, ordinal, source, reference, attributes, data)
     select $1, * from unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[])`,
    [
      workspace,
      rows.map((row) => row.id),
      rows.map((row) => row.ordinal),
      rows.map((row) => storable(row.source)),
      rows.map((row) => (row.reference === null ? null : storable(row.reference))),
      rows.map((row) => storableJson(row.attributes)),
      rows.map((row) => (row.data === null ? null : storableJson(row.data))),
    ],
  )
}

export async function readCorpus(
  db: Connection,
  workspace: string,
): Promise<{ name: string; columns: readonly Column[]; bytes: number } | null> {
  const [row] = await db.orm.select().from(corpus).where(eq(corpus.workspace, workspace))
  return row === undefined ? null : { name: row.name, columns: columnsSchema.parse(row.columns), bytes: row.bytes }
}

/** The rows of a workspace's corpus whose source is exactly this text. */
export async function listWithSource(db: Connection, workspace: string, source: string): Promise<readonly string[]> {
  const rows = await db.orm
    .select({ id: instance.id })
    .from(instance)
    .where(and(eq(instance.workspace, workspace), eq(instance.source, source), isNull(instance.origin)))
    .orderBy(instance.ordinal)
  return rows.map(({ id }) => id)
}

export async function readInstance(db: Connection, workspace: string, id: string): Promise<InstanceRow | null> {
  const [row] = await db.orm
    .select()
    .from(instance)
    .where(and(eq(instance.workspace, workspace), eq(instance.id, id)))
  return row === undefined ? null : { ...row, ...takeOwn(row) }
}

/** `attributes` is written by insertRows alone, and `origin` by insertDerived. */
const takeOwn = ({ attributes, origin }: typeof instance.$inferSelect): Pick<InstanceRow, 'attributes' | 'origin'> => ({
  attributes: attributes as InstanceRow['attributes'],
  origin: origin as InstanceRow['origin'],
})

/** Rows of a workspace's corpus in order, from one ordinal on: for work over all of it. */
export async function readSlice(
  db: Connection,
  workspace: string,
  from: number,
  limit: number,
): Promise<readonly (InstanceRow & { readonly data: unknown })[]> {
  const rows = await db.orm
    .select()
    .from(instance)
    .where(and(eq(instance.workspace, workspace), isNull(instance.origin), sql`${instance.ordinal} >= ${from}`))
    .orderBy(instance.ordinal)
    .limit(limit)
  return rows.map((row) => ({ ...row, ...takeOwn(row) }))
}
