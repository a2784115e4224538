import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Files named by the SHA-256 of their bytes: written once, never changed. */
export interface FileStore {
  readonly directory: string
  /** Stores bytes so that they survive a crash of the process, and returns their hash. */
  put(bytes: Uint8Array): Promise<string>
  /** null where there is no such file. */
  read(hash: string): Promise<Uint8Array | null>
  has(hash: string): boolean
  /** Where the file is or would be, for a compute process that reads it itself. */
  locate(hash: string): string
  remove(hash: string): Promise<void>
}

/** Opens a folder as a store. Hashes are checked, so that no name from outside becomes a path. */
export function openStore(directory: string): FileStore {
  const locate = (hash: string): string => {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new Error(`internal: "${hash}" is no hash`)
    return join(directory, hash.slice(0, 2), `${hash}.safetensors`)
  }
  return {
    directory,
    async put(bytes) {
      const hash = createHash('sha256').update(bytes).digest('hex')
      await writeWhole(locate(hash), bytes)
      return hash
    },
    async read(hash) {
      return readFile(locate(hash)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null
        throw error
      })
    },
    has: (hash) => existsSync(locate(hash)),
    locate,
    remove: (hash) => rm(locate(hash), { force: true }),
  }
}

/** Writes a file that is whole or absent: a temporary file, flushed, then renamed. */
export async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${randomUUID()}.new`
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
