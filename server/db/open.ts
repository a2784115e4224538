import type { Database } from './database.ts'
import { makeDatabase } from './database.ts'
import { type Migration, migrate, readMigrations } from './migrate.ts'
import { FORMAT, finishDatabase, writeStamp } from './stamp.ts'
import { type Storage, type StorageOptions, openStorage } from './storage.ts'
import { ServerError } from '../errors.ts'

export interface DatabaseOptions extends StorageOptions {
  /** Folder of the migrations. */
  readonly migrations: string
  /** Version of Coattend, for the stamp of the directory. */
  readonly version: string
}

/**
 * Opens and migrates the database of a data directory, or throws leaving both as they were. `storage` may have been opened before,
 * while the rest of the program was loading.
 */
export async function openDatabase(
  options: DatabaseOptions,
  storage: Promise<Storage> = openStorage(options),
): Promise<Database> {
  const database = connect(await storage)
  try {
    const migrations = readMigrations(options.migrations)
    if (database.kind === 'postgresql') await checkAnswer(database)
    await finish(database, migrations, options)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

function connect(storage: Storage): Database {
  if (storage.kind === 'postgresql') {
    const never = new Promise<Error>(() => {})
    return makeDatabase(storage.kind, { connectionString: storage.url, max: 10 }, never, async () => {})
  }
  const { embedded } = storage
  const settings = {
    max: 1,
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    stream: () => embedded.connect(),
  }
  return makeDatabase(storage.kind, settings, storage.died, storage.close)
}

async function checkAnswer(database: Database): Promise<void> {
  await database.query('select 1').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ServerError(
      'database',
      `the database at DATABASE_URL does not answer (${why}). Check the address and start it`,
      { cause },
    )
  })
}

async function finish(database: Database, migrations: readonly Migration[], options: DatabaseOptions): Promise<void> {
  const applied = await migrate(database, migrations)
  if (applied > 0) options.log(`database: ${applied} ${applied === 1 ? 'migration' : 'migrations'} applied`)
  if (database.kind === 'embedded') finishDatabase(options.directory)
  writeStamp(options.directory, { format: FORMAT, application: options.version, database: database.kind })
}
