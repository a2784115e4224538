import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

/** One empty database, gone after `close()`. */
export interface TestDatabase {
  readonly url: string
  close(): Promise<void>
}

/**
 * Why there is no PostgreSQL, or null. Tests that need one count as skipped without it, and say so in their title:
 * `describe.skipIf(missingPostgres() !== null)(...)`.
 */
export function missingPostgres(): string | null {
  const server = inject('postgres')
  if (server === undefined) return 'PostgreSQL is given to tests/contract alone'
  return 'missing' in server ? server.missing : null
}

/** Makes an empty database on the PostgreSQL of this run; throws where there is none. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const server = inject('postgres')
  if (server === undefined || 'missing' in server) throw new Error(`no PostgreSQL: ${missingPostgres()}`)
  const name = `coattend_test_${randomUUID().replaceAll('-', '')}`
  await query(server.url, `CREATE DATABASE ${name}`)
  const url = new URL(server.url)
  url.pathname = `/${name}`
  // FORCE ends connections that a test killed on purpose has left behind.
  return { url: url.href, close: () => query(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}

async function query(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
