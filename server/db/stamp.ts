import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ServerError } from '../errors.ts'

/** What the file `version.json` of a data directory says: who used it last, and with which database. */
const stamp = z.object({
  format: z.number().int(),
  application: z.string(),
  database: z.enum(['embedded', 'postgresql']),
})
export type Stamp = z.infer<typeof stamp>

/** Raised when the layout of the directory changes in a way that needs a conversion. */
export const FORMAT = 1

/** Major version of PostgreSQL inside PGlite 0.5; its files can be read by no other. */
export const POSTGRES_MAJOR = '18'

/** Everything Coattend puts into a data directory. */
const own = new Set([
  'version.json',
  'server.lock',
  'database',
  'database.unfinished',
  'results',
  'states',
  'checkpoints',
])

/**
 * Looks at a directory before anything in it is opened. Returns its stamp, null for a new one; throws where it is somebody
 * else's, a newer Coattend's, or of another PostgreSQL.
 */
export function inspectDirectory(directory: string): Stamp | null {
  const found = readStamp(directory)
  if (found === null) {
    refuseForeign(directory)
    return null
  }
  if (found.format > FORMAT) {
    throw new ServerError(
      'data-directory',
      `${directory} was made by a newer Coattend (${found.application}, format ${found.format}; this one reads up to ${FORMAT}). ` +
        `Start that version, or choose another directory with --data`,
    )
  }
  return found
}

/** Refuses files of another PostgreSQL; call before the embedded database is opened. */
export function checkDatabaseFiles(directory: string): void {
  const file = join(directory, 'database', 'PG_VERSION')
  if (!existsSync(file)) return
  const major = readFileSync(file, 'utf8').trim()
  if (major === POSTGRES_MAJOR) return
  throw new ServerError(
    'data-directory',
    `the database in ${directory} is of PostgreSQL ${major}, this Coattend has ${POSTGRES_MAJOR}. ` +
      `Export its workspaces with the version that made it, then restore them here; nothing was changed`,
  )
}

/**
 * Makes the folder of the embedded database. Until `finishDatabase` a file beside it says that it was never finished: an interrupted
 * first start leaves nothing worth keeping, and is begun anew.
 */
export function startDatabase(directory: string): string {
  const folder = join(directory, 'database')
  const mark = join(directory, 'database.unfinished')
  if (existsSync(mark)) rmSync(folder, { recursive: true, force: true })
  if (!existsSync(folder)) writeFileSync(mark, 'The first start was interrupted before the database was complete.\n')
  mkdirSync(folder, { recursive: true })
  return folder
}

/** The database is complete: from now on it is never removed. */
export function finishDatabase(directory: string): void {
  rmSync(join(directory, 'database.unfinished'), { force: true })
}

/** Writes the stamp through a rename, so that it is whole or old. */
export function writeStamp(directory: string, value: Stamp): void {
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'version.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}

function readStamp(directory: string): Stamp | null {
  const file = join(directory, 'version.json')
  if (!existsSync(file)) return null
  try {
    return stamp.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new ServerError(
      'data-directory',
      `${file} cannot be read, so it is unknown which Coattend made this directory. Put back a copy of that file, or choose another directory with --data`,
      { cause },
    )
  }
}

function refuseForeign(directory: string): void {
  if (!existsSync(directory)) return
  const names = readdirSync(directory)
  if (names.includes('database') && !names.includes('database.unfinished')) {
    throw new ServerError(
      'data-directory',
      `${directory} holds a database but no version.json, so it is unknown which Coattend made it. ` +
        `Put that file back, or choose another directory with --data`,
    )
  }
  const foreign = names.find(
    (name) => !own.has(name) && !name.startsWith('.') && name !== 'lost+found' && !name.startsWith('server.lock.'),
  )
  if (foreign === undefined) return
  throw new ServerError(
    'data-directory',
    `${directory} is not empty and not a data directory of Coattend (it holds "${foreign}"). Choose an empty or a new one with --data`,
  )
}
