import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { and, eq, gt, inArray, isNull, isNotNull, sql } from 'drizzle-orm'
import type { ScoredStep, TokenizedText } from '#compute/types.ts'
import { storable } from '../text.ts'
import type { Connection } from './database.ts'
import { instance, output } from './schema.ts'

/** What a model wrote for an instance, or why it could not. */
export interface StoredOutput {
  readonly instance: string
  readonly revision: string
  readonly engine: string
  readonly decoding: string
  readonly problem: string | null
  readonly written: Written | null
  /** Hash of the file with its hidden states, where they are stored. */
  readonly chunk: string | null
}

/** What compute answered, as it is kept. */
export interface Written {
  readonly text: string
  readonly source: TokenizedText
  readonly output: TokenizedText
  readonly steps: readonly ScoredStep[]
}

/** The columns that are written, with their types. */
const written = {
  instance: 'text',
  revision: 'text',
  engine: 'text',
  decoding: 'text',
  problem: 'text',
  text: 'text',
  tokens: 'int',
  log_prob: 'float8',
  mean_entropy: 'float8',
  max_entropy: 'float8',
  detail: 'bytea',
  chunk: 'text',
  bytes: 'int',
} as const
type OutputColumns = Record<keyof typeof written, string | number | Buffer | null>

/**
 * Stores outputs, in place of earlier ones of the same instances, in one statement. Hidden states that were stored for the same
 * revision stay.
 */
export async function upsertOutputs(
  db: Connection,
  workspace: string,
  outputs: readonly StoredOutput[],
  now: Date,
): Promise<void> {
  if (outputs.length === 0) return
  const rows = outputs.map(toRow)
  const names = Object.keys(written) as (keyof OutputColumns)[] // the keys of a literal
  const arrays = Object.values(written).map((type, place) => `$${place + 3}::${type}[]`)
  const updates = names.map((name) =>
    name === 'chunk'
      ? 'chunk = coalesce(excluded.chunk, case when output.revision = excluded.revision then output.chunk end)'
      : `${name} = excluded.${name}`,
  )
  await db.query(
    `insert into output (workspace, created_at, ${names.join(', ')}) select $1, $2, * from unnest(${arrays.join(', ')})
     on conflict (workspace, instance) do update set created_at = excluded.created_at, ${updates.join(', ')}`,
    [workspace, now, ...names.map((name) => rows.map((row) => row[name]))],
  )
}

function toRow(one: StoredOutput): OutputColumns {
  const { instance, revision, engine, decoding, written } = one
  const detail = written === null ? null : deflateRawSync(JSON.stringify(written))
  const entropies = written?.steps.map(({ entropy }) => entropy) ?? []
  return {
    instance,
    revision,
    engine,
    decoding,
    problem: one.problem === null ? null : storable(one.problem),
    text: written === null ? null : storable(written.text),
    tokens: written?.steps.length ?? null,
    log_prob: written?.steps.reduce((sum, { logProb }) => sum + logProb, 0) ?? null,
    mean_entropy: entropies.length === 0 ? null : entropies.reduce((sum, value) => sum + value, 0) / entropies.length,
    max_entropy: entropies.length === 0 ? null : Math.max(...entropies),
    detail,
    chunk: one.chunk,
    bytes: (detail?.byteLength ?? 0) + Buffer.byteLength(written?.text ?? ''),
  }
}

export async function readOutput(db: Connection, workspace: string, instance: string): Promise<StoredOutput | null> {
  const [row] = await db.orm
    .select()
    .from(output)
    .where(and(eq(output.workspace, workspace), eq(output.instance, instance)))
  return row === undefined ? null : toStored(row)
}

function toStored(row: typeof output.$inferSelect): StoredOutput {
  const { instance, revision, engine, decoding, problem, chunk, detail } = row
  return { instance, revision, engine, decoding, problem, chunk, written: detail === null ? null : parseDetail(detail) }
}

/** Written by `toRow` alone, so it is not checked again. */
export function parseDetail(detail: Uint8Array): Written {
  return JSON.parse(inflateRawSync(detail).toString()) as Written
}

/** The outputs of some instances of a workspace. */
export async function listOutputs(
  db: Connection,
  workspace: string,
  instances: readonly string[],
): Promise<readonly StoredOutput[]> {
  if (instances.length === 0) return []
  const rows = await db.orm
    .select()
    .from(output)
    .where(and(eq(output.workspace, workspace), inArray(output.instance, [...instances])))
  return rows.map(toStored)
}

/** How many tokens the outputs of some instances have, by id: of those whose hidden states are stored. */
export async function readTokenCounts(
  db: Connection,
  workspace: string,
  revision: string,
  instances: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await db.orm
    .select({ instance: output.instance, tokens: output.tokens })
    .from(output)
    .where(
      and(
        eq(output.workspace, workspace),
        eq(output.revision, revision),
        inArray(output.instance, [...instances]),
        isNotNull(output.chunk),
      ),
    )
  return new Map(rows.map((row) => [row.instance, row.tokens ?? 0]))
}

export interface MissingOutput {
  readonly id: string
  readonly ordinal: number
  readonly source: string
}

/** Complete: written by this revision with hidden states stored, or found impossible by it. */
const isComplete = (revision: string) =>
  sql`(${output.revision} = ${revision} and (${output.problem} is not null or ${output.chunk} is not null))`

const ofInstance = and(eq(output.workspace, instance.workspace), eq(output.instance, instance.id))

/** The next rows of the corpus, in order, whose output is not complete. */
export async function listMissing(
  db: Connection,
  workspace: string,
  revision: string,
  after: number,
  limit: number,
): Promise<MissingOutput[]> {
  return db.orm
    .select({ id: instance.id, ordinal: instance.ordinal, source: instance.source })
    .from(instance)
    .leftJoin(output, ofInstance)
    .where(
      and(
        eq(instance.workspace, workspace),
        isNull(instance.origin),
        gt(instance.ordinal, after),
        sql`${isComplete(revision)} is not true`,
      ),
    )
    .orderBy(instance.ordinal)
    .limit(limit)
}

/** How many rows the corpus of a workspace has, and how many have a complete output. */
export async function countComplete(
  db: Connection,
  workspace: string,
  revision: string,
): Promise<{ complete: number; all: number }> {
  const [row] = await db.orm
    .select({
      all: sql<number>`count(*)::int`,
      complete: sql<number>`(count(*) filter (where ${isComplete(revision)}))::int`,
    })
    .from(instance)
    .leftJoin(output, ofInstance)
    .where(and(eq(instance.workspace, workspace), isNull(instance.origin)))
  return row ?? { complete: 0, all: 0 }
}
