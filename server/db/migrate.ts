import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ServerError } from '../errors.ts'
import type { Connection, Database } from './database.ts'

export interface Migration {
  readonly name: string
  readonly sql: string
  readonly hash: string
}

const journal = z.object({ entries: z.array(z.object({ tag: z.string() })) })

/** Key of the advisory lock that keeps two servers on one PostgreSQL from migrating at once. */
const ADVISORY_KEY = 4_884_2_026

/** Reads the migrations that drizzle-kit wrote, in order. */
export function readMigrations(folder: string): readonly Migration[] {
  const { entries } = journal.parse(JSON.parse(readFileSync(join(folder, 'meta', '_journal.json'), 'utf8')))
  return entries.map(({ tag }) => {
    // Line ends are evened out: a checkout on Windows is no other migration.
    const sql = readFileSync(join(folder, `${tag}.sql`), 'utf8').replaceAll('\r\n', '\n')
    return { name: tag, sql, hash: createHash('sha256').update(sql).digest('hex') }
  })
}

/**
 * Brings a database up to date in one transaction: it is migrated as a whole or left as it was. What was applied before must be
 * the beginning of `migrations`, name by name and byte by byte; drizzle's own runner would skip a migration that arrived late
 * and report success.
 */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<number> {
  return database.transaction(async (tx) => {
    if (database.kind === 'postgresql') await tx.query('select pg_advisory_xact_lock($1)', [ADVISORY_KEY])
    await tx.query(
      'create table if not exists coattend_migration (ordinal integer primary key, name text not null, hash text not null, applied_at timestamptz not null default now())',
    )
    const applied = await readApplied(tx)
    applied.forEach((found, ordinal) => checkApplied(found, migrations[ordinal]))
    const missing = migrations.slice(applied.length)
    for (const [offset, migration] of missing.entries()) await apply(tx, applied.length + offset, migration)
    const after = await readApplied(tx)
    if (after.length !== migrations.length) {
      throw new ServerError('internal', `internal: ${after.length} of ${migrations.length} migrations were applied`)
    }
    return missing.length
  })
}

async function readApplied(tx: Connection): Promise<{ name: string; hash: string }[]> {
  const { rows } = await tx.query('select name, hash from coattend_migration order by ordinal')
  return rows as { name: string; hash: string }[]
}

function checkApplied(found: { name: string; hash: string }, expected: Migration | undefined): void {
  if (expected === undefined) {
    throw new ServerError(
      'database',
      `the database was changed by a newer Coattend (migration ${found.name} is unknown here). Start that version, or use another database`,
    )
  }
  if (found.name === expected.name && found.hash === expected.hash) return
  throw new ServerError(
    'database',
    `migration ${found.name} in the database is not ${expected.name} of this Coattend. They come from different versions: ` +
      `start the one that made the database, or use another database`,
  )
}

async function apply(tx: Connection, ordinal: number, migration: Migration): Promise<void> {
  try {
    await tx.query(migration.sql)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ServerError('database', `migration ${migration.name} failed and nothing was changed: ${why}`, { cause })
  }
  await tx.query('insert into coattend_migration (ordinal, name, hash) values ($1, $2, $3)', [
    ordinal,
    migration.name,
    migration.hash,
  ])
}
