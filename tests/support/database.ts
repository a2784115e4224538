import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Database } from '#server/db/database.ts'
import { openDatabase } from '#server/db/open.ts'

export const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))

/** A new folder for one test, gone after `remove()`. */
export function makeFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'coattend-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/**
 * Puts a migrated embedded database into a data directory. Making one takes seconds, so one is made per version of the
 * migrations and copied; two test files that make it at once do no harm to each other.
 */
export async function copyDatabase(data: string): Promise<void> {
  const version = createHash('sha256')
    .update(readFileSync(join(migrationsFolder, 'meta', '_journal.json')))
    .update(readFileSync(join(migrationsFolder, '0000_start.sql')))
    .update(readFileSync(new URL('../../node_modules/@electric-sql/pglite/package.json', import.meta.url)))
    .digest('hex')
    .slice(0, 16)
  const template = join(tmpdir(), `coattend-template-${version}`)
  if (!existsSync(template)) await makeTemplate(template)
  mkdirSync(data, { recursive: true })
  cpSync(template, data, { recursive: true })
}

async function makeTemplate(template: string): Promise<void> {
  const making = `${template}-${process.pid}`
  rmSync(making, { recursive: true, force: true })
  await (await openHere(making)).close()
  try {
    renameSync(making, template)
  } catch (error) {
    rmSync(making, { recursive: true, force: true })
    if (!existsSync(template)) throw error
  }
}

export const openHere = (directory: string): Promise<Database> =>
  openDatabase({ directory, url: null, migrations: migrationsFolder, version: 'test', log: () => {} })
