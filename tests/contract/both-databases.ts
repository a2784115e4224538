import { describe } from 'vitest'
import { missingPostgres, openTestDatabase } from '#tests/support/postgres.ts'

/** A place for a database: embedded in a new directory, or an empty database on the PostgreSQL of this run. */
export interface Place {
  readonly name: 'embedded' | 'postgresql'
  /** null for the embedded database. */
  open(): Promise<{ readonly url: string | null; close(): Promise<void> }>
}

const embedded: Place = { name: 'embedded', open: async () => ({ url: null, close: async () => {} }) }

const postgresql: Place = { name: 'postgresql', open: openTestDatabase }

/** Runs the same tests over both databases; without PostgreSQL the second half counts as skipped and says why. */
export function describeBoth(title: string, tests: (place: Place) => void): void {
  describe(`${title} (embedded)`, () => {
    tests(embedded)
  })
  const missing = missingPostgres()
  describe.skipIf(missing !== null)(`${title} (PostgreSQL${missing === null ? '' : `: ${missing}`})`, () => {
    tests(postgresql)
  })
}
