import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ServerError } from '../errors.ts'
import { makeDatabase, type Database } from './database.ts'
import { openEmbedded } from './embedded.ts'
import { takeLock, type DirectoryLock } from './lock.ts'
import { migrate, readMigrations, type Migration } from './migrate.ts'
import { FORMAT, checkDatabaseFiles, inspectDirectory, removeUnfinished, writeStamp } from './stamp.ts'

export interface DatabaseOptions {
  /** The data directory; the embedded database lies in its folder `database`. */
  readonly directory: string
  /** Address of a PostgreSQL; null for the embedded database. */
  readonly url: string | null
  /** Folder of the migrations. */
  readonly migrations: string
  /** Version of Coattend, for the stamp of the directory. */
  readonly version: string
  log(line: string): void
}

/** Opens and migrates the database of a data directory, or throws leaving both as they were. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const migrations = readMigrations(options.migrations)
  return options.url === null ? openHere(options, migrations) : openPostgres(options, options.url, migrations)
}

async function openHere(options: DatabaseOptions, migrations: readonly Migration[]): Promise<Database> {
  const { directory } = options
  // Looked at twice: before the lock, to leave somebody else's directory untouched, and under it, when nobody can change it.
  inspectDirectory(directory)
  const lock = await takeLock(directory, options.log)
  try {
    const stamp = inspectDirectory(directory)
    if (stamp === null || stamp.database === 'starting') removeUnfinished(directory)
    checkDatabaseFiles(directory)
    if (stamp?.database !== 'embedded')
      writeStamp(directory, { format: FORMAT, application: options.version, database: 'starting' })
    const database = await openLocked(directory, lock)
    await finish(database, migrations, options)
    return database
  } catch (error) {
    lock.release()
    throw error
  }
}

async function openLocked(directory: string, lock: DirectoryLock): Promise<Database> {
  const folder = join(directory, 'database')
  mkdirSync(folder, { recursive: true })
  const embedded = await openEmbedded(folder)
  const settings = {
    max: 1,
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    stream: () => embedded.connect(),
  }
  return makeDatabase('embedded', settings, Promise.race([embedded.died, lock.lost]), async () => {
    await embedded.close()
    lock.release()
  })
}

async function openPostgres(
  options: DatabaseOptions,
  url: string,
  migrations: readonly Migration[],
): Promise<Database> {
  inspectDirectory(options.directory)
  const never = new Promise<Error>(() => {})
  const database = makeDatabase('postgresql', { connectionString: url, max: 10 }, never, async () => {})
  await database.query('select 1').catch(async (cause: unknown) => {
    await database.close()
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ServerError(
      'database',
      `the database at DATABASE_URL does not answer (${why}). Check the address and start it`,
      { cause },
    )
  })
  await finish(database, migrations, options)
  return database
}

async function finish(database: Database, migrations: readonly Migration[], options: DatabaseOptions): Promise<void> {
  try {
    const applied = await migrate(database, migrations)
    if (applied > 0) options.log(`database: ${applied} ${applied === 1 ? 'migration' : 'migrations'} applied`)
    writeStamp(options.directory, { format: FORMAT, application: options.version, database: database.kind })
  } catch (error) {
    await database.close()
    throw error
  }
}
