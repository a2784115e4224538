import { type SQL, and, eq, inArray, isNotNull, isNull } from 'drizzle-orm'
import { z } from 'zod'
import type { AttributeValue } from '../wire/instances.ts'
import type { Connection } from './database.ts'
import { type Written, parseDetail } from './outputs.ts'
import { instance, output } from './schema.ts'

/** An instance by its place in the corpus. */
export interface Placed {
  readonly id: string
  readonly ordinal: number
}

/** An instance with all its columns and, where this revision has written one, its output. */
export interface StudiedInstance extends Placed {
  readonly source: string
  readonly reference: string | null
  /** Every column of the corpus, those that are filtered by and those for the views alike. */
  readonly columns: Readonly<Record<string, unknown>>
  readonly written: Written | null
}

const byRevision = (revision: string): SQL | undefined =>
  and(eq(output.workspace, instance.workspace), eq(output.instance, instance.id), eq(output.revision, revision))

/** Texts of people's own are no part of a corpus. */
const ofCorpus = (workspace: string): SQL | undefined => and(eq(instance.workspace, workspace), isNull(instance.origin))

/** The rows of the corpus whose output was written by this revision, in order. */
export function listWritten(db: Connection, workspace: string, revision: string): Promise<Placed[]> {
  return db.orm
    .select({ id: instance.id, ordinal: instance.ordinal })
    .from(instance)
    .innerJoin(output, byRevision(revision))
    .where(and(ofCorpus(workspace), isNotNull(output.detail)))
    .orderBy(instance.ordinal)
}

/** All rows of the corpus, in order. */
export function listInstances(db: Connection, workspace: string): Promise<Placed[]> {
  return db.orm
    .select({ id: instance.id, ordinal: instance.ordinal })
    .from(instance)
    .where(ofCorpus(workspace))
    .orderBy(instance.ordinal)
}

/** All rows of the corpus with their values of one column, in order. */
export async function listValues(
  db: Connection,
  workspace: string,
  column: string,
): Promise<readonly (Placed & { readonly value: AttributeValue })[]> {
  const rows = await db.orm
    .select({ id: instance.id, ordinal: instance.ordinal, attributes: instance.attributes })
    .from(instance)
    .where(ofCorpus(workspace))
    .orderBy(instance.ordinal)
  // `attributes` is written by the import alone.
  return rows.map(({ id, ordinal, attributes }) => ({
    id,
    ordinal,
    value: (attributes as Readonly<Record<string, AttributeValue>>)[column] ?? null,
  }))
}

/** Rows in one statement. */
const PAGE = 250

/** Instances with their outputs, in order of the corpus within a page; page by page, so that others are answered in between. */
export async function readStudied(
  db: Connection,
  workspace: string,
  revision: string,
  ids: readonly string[],
): Promise<readonly StudiedInstance[]> {
  const found: StudiedInstance[] = []
  for (let start = 0; start < ids.length; start += PAGE) {
    const rows = await db.orm
      .select({ instance, detail: output.detail })
      .from(instance)
      .leftJoin(output, byRevision(revision))
      .where(and(eq(instance.workspace, workspace), inArray(instance.id, ids.slice(start, start + PAGE))))
      .orderBy(instance.ordinal)
    for (const { instance: row, detail } of rows) {
      const { id, ordinal, source, reference, attributes, data } = row
      const columns = { ...(attributes as object), ...(data as object | null) } // the import writes objects alone
      found.push({ id, ordinal, source, reference, columns, written: detail === null ? null : parseDetail(detail) })
    }
  }
  return found
}

/** An aggregate always answers with one row. */
const hashed = z.tuple([z.object({ hash: z.string(), outputs: z.number(), references: z.number() })])

/**
 * SHA-256 over everything that a study may read, in hexadecimal: the rows of the corpus and the outputs of this revision; and how
 * many outputs and references there are.
 */
export async function hashStudied(db: Connection, workspace: string, revision: string) {
  const { rows } = await db.query(
    `select encode(sha256(coalesce(string_agg(
       sha256(convert_to(jsonb_build_array(i.id, i.source, i.reference, i.attributes, i.data, o.text, o.engine, o.decoding)::text, 'UTF8')),
       ''::bytea order by i.ordinal), ''::bytea)), 'hex') as hash,
       count(o.detail)::int as outputs, count(i.reference)::int as references
     from instance i left join output o on o.workspace = i.workspace and o.instance = i.id and o.revision = $2
     where i.workspace = $1 and i.origin is null`,
    [workspace, revision],
  )
  return hashed.parse(rows)[0]
}
