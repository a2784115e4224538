import { and, eq, sql } from 'drizzle-orm'
import { type Column, columns as columnsSchema } from '../corpus/columns.ts'
import type { CorpusRow, ParsedCorpus } from '../corpus/rows.ts'
import { storable, storableJson } from '../text.ts'
import type { AttributeValue } from '../wire/instances.ts'
import type { Connection } from './database.ts'
import { corpus, instance } from './schema.ts'

export interface InstanceRow {
  readonly id: string
  readonly ordinal: number
  readonly source: string
  readonly reference: string | null
  readonly attributes: Readonly<Record<string, AttributeValue>>
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

/** The instances of a workspace whose source is exactly this text. */
export async function listWithSource(db: Connection, workspace: string, source: string): Promise<readonly string[]> {
  const rows = await db.orm
    .select({ id: instance.id })
    .from(instance)
    .where(and(eq(instance.workspace, workspace), eq(instance.source, source)))
    .orderBy(instance.ordinal)
  return rows.map(({ id }) => id)
}

export async function readInstance(db: Connection, workspace: string, id: string): Promise<InstanceRow | null> {
  const [row] = await db.orm
    .select()
    .from(instance)
    .where(and(eq(instance.workspace, workspace), eq(instance.id, id)))
  // `attributes` is written by insertRows alone.
  return row === undefined ? null : { ...row, attributes: row.attributes as InstanceRow['attributes'] }
}

/** Instances of a workspace in order, from one ordinal on: for work over the whole corpus. */
export async function readSlice(
  db: Connection,
  workspace: string,
  from: number,
  limit: number,
): Promise<readonly (InstanceRow & { readonly data: unknown })[]> {
  const rows = await db.orm
    .select()
    .from(instance)
    .where(and(eq(instance.workspace, workspace), sql`${instance.ordinal} >= ${from}`))
    .orderBy(instance.ordinal)
    .limit(limit)
  return rows.map((row) => ({ ...row, attributes: row.attributes as InstanceRow['attributes'] }))
}
