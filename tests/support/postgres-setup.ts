import type { TestProject } from 'vitest/node'
import { findPostgres, openPostgres } from '../../bin/postgres.js'

/** A PostgreSQL server for the tests of one run, or why there is none. */
export type PostgresServer = { readonly url: string } | { readonly missing: string }

declare module 'vitest' {
  interface ProvidedContext {
    postgres: PostgresServer
  }
}

/** Gives the contract tests a PostgreSQL: `TEST_DATABASE_URL`, else a throw-away one from the programs on this machine. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL']
  const folder = given ? null : findPostgres(process.env)
  const server = folder === null ? null : await openPostgres(folder)
  project.provide('postgres', { ...describeServer(given ?? server?.url) })
  return async () => server?.close()
}

function describeServer(url: string | undefined): PostgresServer {
  return url
    ? { url }
    : { missing: 'no PostgreSQL on this machine: run `npm test`, which fetches one, or set TEST_DATABASE_URL' }
}
