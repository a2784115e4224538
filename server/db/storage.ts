import { type EmbeddedServer, openEmbedded } from './embedded.ts'
import { takeLock } from './lock.ts'
import { checkDatabaseFiles, inspectDirectory, startDatabase } from './stamp.ts'

export interface StorageOptions {
  /** The data directory; the embedded database lies in its folder `database`. */
  readonly directory: string
  /** Address of a PostgreSQL; null for the embedded database. */
  readonly url: string | null
  log(line: string): void
}

/** Where the rows are. Opening it needs none of the libraries that ask it, so that it starts while they are loaded. */
export type Storage =
  | {
      readonly kind: 'embedded'
      readonly embedded: EmbeddedServer
      /** Resolves when it ended by itself, or when somebody took the directory away. */
      readonly died: Promise<Error>
      /** The second call waits for the first. */
      close(): Promise<void>
    }
  | { readonly kind: 'postgresql'; readonly url: string; close(): Promise<void> }

/** Opens the storage of a data directory, or throws leaving it as it was. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  // Looked at before the lock is taken, to leave somebody else's directory untouched.
  inspectDirectory(options.directory)
  if (options.url === null) return openHere(options)
  return { kind: 'postgresql', url: options.url, close: async () => {} }
}

async function openHere({ directory, log }: StorageOptions): Promise<Storage> {
  const lock = await takeLock(directory, log)
  try {
    // And again under the lock, when nobody can change it any more.
    inspectDirectory(directory)
    checkDatabaseFiles(directory)
    const folder = startDatabase(directory)
    const embedded = await openEmbedded(folder)
    let closed: Promise<void> | null = null
    return {
      kind: 'embedded',
      embedded,
      died: Promise.race([embedded.died, lock.lost]),
      close: () => (closed ??= embedded.close().then(() => lock.release())),
    }
  } catch (error) {
    lock.release()
    throw error
  }
}
