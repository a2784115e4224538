/** A repository of a hub by name, and its places in the cache layout that all Hugging Face libraries share. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface Repository {
  /** `org/name` */
  readonly id: string
  /** A branch, a tag or a commit. */
  readonly revision: string
}

/** `org/name` or `org/name@revision`; null where a text is neither (a path with more parts, or one that starts with a dot). */
export function parseRepository(text: string): Repository | null {
  const match = /^([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([\w][\w.-]*(?:\/[\w][\w.-]*)*))?$/.exec(text)
  if (match === null || /\.\./.test(text)) return null
  return { id: match[1]!, revision: match[2] ?? 'main' }
}

export interface CacheFolders {
  readonly root: string
  readonly blobs: string
  readonly locks: string
  /** The file that keeps which commit a branch or tag was at. */
  readonly ref: (revision: string) => string
  readonly snapshot: (commit: string) => string
}

export function cacheFolders(cache: string, id: string): CacheFolders {
  const name = `models--${id.replaceAll('/', '--')}`
  const root = join(cache, name)
  return {
    root,
    blobs: join(root, 'blobs'),
    locks: join(cache, '.locks', name),
    ref: (revision) => join(root, 'refs', revision),
    snapshot: (commit) => join(root, 'snapshots', commit),
  }
}

export const isCommit = (text: string): boolean => /^[\w-]{1,64}$/.test(text)

/** The snapshot that the cache has of a revision, or null. */
export async function findSnapshot(cache: string, { id, revision }: Repository): Promise<string | null> {
  const folders = cacheFolders(cache, id)
  const kept = await readFile(folders.ref(revision), 'utf8').catch(() => revision)
  const commit = kept.trim()
  if (!isCommit(commit)) return null
  const snapshot = folders.snapshot(commit)
  const hasConfig = await stat(join(snapshot, 'config.json')).then(
    () => true,
    () => false,
  )
  return hasConfig ? snapshot : null
}
