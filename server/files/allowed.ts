/**
 * Files of the server's own machine that may be named in a request. Where nothing is said they are those below the home folder, for requests from the
 * machine itself to a server that only it can reach; COATTEND_FOLDERS names others, for everybody.
 */
import { realpath } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import { Refusal } from '../errors.ts'

export interface LocalFiles {
  /** What `~` stands for. */
  readonly home: string
  /** Whether somebody at this address sits at the server's machine. */
  isAtMachine(address: string): boolean
  /** Folders below which files may be named, for somebody at this address. */
  foldersFor(address: string): readonly string[]
}

export interface LocalFilesOptions {
  /** null where nobody said. */
  readonly named: readonly string[] | null
  /** Of the person whose server it is. */
  readonly home: string
  /** Whether only this machine can reach the server. */
  readonly isPrivate: boolean
  /** Behind a proxy, everybody comes from this machine. */
  readonly hasProxy: boolean
}

export function makeLocalFiles({ named, home, isPrivate, hasProxy }: LocalFilesOptions): LocalFiles {
  const isAtMachine = (address: string): boolean => !hasProxy && isLoopback(address)
  return {
    home,
    isAtMachine,
    foldersFor: (address) => named ?? (isPrivate && isAtMachine(address) ? [home] : []),
  }
}

export const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.|localhost$)/.test(address)

/** The real path of a file or folder that may be named; links are followed before it is judged. Throws a Refusal. */
export async function findLocal(path: string, folders: readonly string[], home: string): Promise<string> {
  if (folders.length === 0) {
    throw new Refusal(
      'not-allowed',
      'this server opens no paths. Upload the files, or start it with COATTEND_FOLDERS=/path/to/data',
      { field: 'path' },
    )
  }
  const named = path.startsWith('~/') ? join(home, path.slice(2)) : path
  if (!isAbsolute(named)) throw new Refusal('bad-request', 'give the whole path, from / or ~/ on', { field: 'path' })
  // What lies elsewhere and what is not there are answered alike, so that nobody can search the disk.
  const refusal = new Refusal('not-found', `there is nothing to open at ${path} below ${folders.join(', ')}`, {
    field: 'path',
  })
  const real = await realpath(named).catch(() => null)
  if (real === null) throw refusal
  for (const folder of folders) {
    const within = relative(await realpath(folder).catch(() => folder), real)
    if (within === '' || (!within.startsWith('..') && !isAbsolute(within))) return real
  }
  throw refusal
}
