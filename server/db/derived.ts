/** Texts of people's own, which stand beside the rows of a corpus in the table of instances. */
import { and, eq, isNotNull, sql } from 'drizzle-orm'
import type { Languages } from '#compute/types.ts'
import { storableJson } from '../text.ts'
import type { DerivedTarget, Origin } from '../wire/derived.ts'
import type { Connection } from './database.ts'
import { instance, output, stateChunk } from './schema.ts'

/** What the column `origin` of an instance holds. */
export interface StoredOrigin {
  readonly from: string | null
  /** Person id. */
  readonly by: string | null
  readonly target: DerivedTarget
  /** The first ids of an output that is continued. */
  readonly begun: readonly number[] | null
  /** null: that of the workspace. */
  readonly checkpoint: string | null
  readonly languages: Languages | null
}

/** The same for those who read it; `name` is that of the person, where they are known here. */
export const toOrigin = ({ from, by, target, checkpoint, languages }: StoredOrigin, name: string | null): Origin => ({
  from,
  by: by === null || name === null ? null : { id: by, name },
  target,
  checkpoint,
  languages: languages && { source: languages.source ?? null, target: languages.target ?? null },
})

export interface DerivedRow {
  readonly id: string
  readonly source: string
  readonly reference: string | null
  readonly origin: StoredOrigin
}

/** Adds a text after all others, unless it is there; says whether it was added. */
export async function insertDerived(tx: Connection, workspace: string, row: DerivedRow): Promise<boolean> {
  const { rows } = await tx.query(
    `insert into instance (workspace, id, ordinal, source, reference, attributes, origin)
     select $1, $2, coalesce(max(ordinal), -1) + 1, $3, $4, '{}', $5::jsonb from instance where workspace = $1
     on conflict do nothing returning id`,
    [workspace, row.id, row.source, row.reference, storableJson(row.origin)],
  )
  return rows.length > 0
}

/** How many texts of their own a person has in a workspace. */
export const countDerivedOf = (db: Connection, workspace: string, person: string): Promise<number> =>
  db.orm.$count(
    instance,
    and(eq(instance.workspace, workspace), isNotNull(instance.origin), sql`${instance.origin} ->> 'by' = ${person}`),
  )

/** All texts of people's own in a workspace, in the order they were made. */
export async function listDerived(db: Connection, workspace: string): Promise<readonly DerivedRow[]> {
  const rows = await db.orm
    .select()
    .from(instance)
    .where(and(eq(instance.workspace, workspace), isNotNull(instance.origin)))
    .orderBy(instance.ordinal)
  // `origin` is written by insertDerived alone.
  return rows.map(({ id, source, reference, origin }) => ({ id, source, reference, origin: origin as StoredOrigin }))
}

/** Whether an instance is there. */
export async function isThere(db: Connection, workspace: string, id: string): Promise<boolean> {
  return (await db.orm.$count(instance, and(eq(instance.workspace, workspace), eq(instance.id, id)))) > 0
}

/** Removes a text of somebody's own with its output; returns the hash of the file of its hidden states, which nothing else needs. */
export async function deleteDerived(tx: Connection, workspace: string, id: string): Promise<string | null> {
  const [kept] = await tx.orm
    .select({ chunk: output.chunk })
    .from(output)
    .where(and(eq(output.workspace, workspace), eq(output.instance, id)))
  await tx.orm
    .delete(instance)
    .where(and(eq(instance.workspace, workspace), eq(instance.id, id), isNotNull(instance.origin)))
  const hash = kept?.chunk ?? null
  if (hash === null) return null
  await tx.orm.delete(stateChunk).where(and(eq(stateChunk.workspace, workspace), eq(stateChunk.hash, hash)))
  const elsewhere = await tx.orm.$count(stateChunk, eq(stateChunk.hash, hash))
  return elsewhere > 0 ? null : hash
}
