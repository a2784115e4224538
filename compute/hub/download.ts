/** Checkpoints by name: fetched from a hub into the cache that all Hugging Face libraries share, and found there afterwards. */
import { link, copyFile, mkdir, readFile, rename, rm, stat, statfs, symlink, writeFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { dirname, join, relative } from 'node:path'
import { parseJsonObject } from '#compute/checkpoint/fields.ts'
import { chooseForm, isDecisive, parseShards } from '#compute/checkpoint/weight-names.ts'
import { ComputeError } from '#compute/errors.ts'
import type { Progress } from '#compute/types.ts'
import { fetchBlob } from './blob.ts'
import { makeHubClient } from './client.ts'
import type { HubClient, RemoteFile, RemoteRevision } from './client.ts'
import { withLock } from './lock.ts'
import { cacheFolders, findSnapshot } from './repository.ts'
import type { CacheFolders, Repository } from './repository.ts'
import type { HubSettings } from './settings.ts'

export interface HubListener {
  /** Bytes of all files together; the stage is the file under way. */
  readonly progress?: (progress: Progress) => void
  /** One line worth knowing. */
  readonly notice?: (line: string) => void
}

/**
 * The folder of a checkpoint, fetched first where the cache lacks it: configuration, tokenizer files, and weights in one form.
 * Without a network, or where `offline` is set, the revision as it was seen last. Throws kind `hub` or `network`.
 */
export async function fetchCheckpoint(
  repository: Repository,
  settings: HubSettings,
  listener: HubListener = {},
): Promise<string> {
  const { id, revision } = repository
  if (settings.offline) {
    const kept = await findSnapshot(settings.cache, repository)
    if (kept !== null) return kept
    throw new ComputeError('hub', `${id} at ${revision} is not in ${settings.cache}; unset HF_HUB_OFFLINE to fetch it`)
  }
  const client = makeHubClient(settings)
  try {
    const remote = await client.readRevision(repository).catch((error: unknown) => error as Error)
    if (remote instanceof Error) return await keptInstead(repository, settings, listener, remote)
    const folders = cacheFolders(settings.cache, id)
    const wait = (): void => listener.notice?.(`another process is fetching ${id}; waiting for it`)
    const work = (): Promise<string> => fetchRevision({ client, repository, remote, folders, settings, listener })
    return await withLock(join(folders.locks, 'coattend.lock'), work, wait)
  } catch (error) {
    throw asHubError(error, settings)
  }
}

/** Without a network, what was seen last; with one, the refusal stands. */
async function keptInstead(
  repository: Repository,
  { cache }: HubSettings,
  { notice }: HubListener,
  error: Error,
): Promise<string> {
  const isUnreachable = error instanceof ComputeError && error.kind === 'network'
  const kept = isUnreachable ? await findSnapshot(cache, repository) : null
  if (kept === null) throw error
  notice?.(`${error.message}; taking ${repository.id} as it was fetched last`)
  return kept
}

export interface Fetch {
  readonly client: HubClient
  readonly repository: Repository
  readonly remote: RemoteRevision
  readonly folders: CacheFolders
  readonly settings: HubSettings
  readonly listener: HubListener
}

async function fetchRevision(fetch: Fetch): Promise<string> {
  const { client, repository, remote, folders } = fetch
  const snapshot = folders.snapshot(remote.commit)
  await mkdir(folders.blobs, { recursive: true })
  await mkdir(snapshot, { recursive: true })
  const describe = (name: string): Promise<RemoteFile> => client.describe(repository, remote.commit, name)
  const names = await chooseFiles(fetch, async (index) => {
    if (!(await exists(join(snapshot, index)))) await fetchFile(fetch, await describe(index), snapshot, () => {})
    return readFile(join(snapshot, index), 'utf8')
  })
  const files: RemoteFile[] = []
  // A commit never changes: what its snapshot has is right.
  for (const name of names) if (!(await exists(join(snapshot, name)))) files.push(await describe(name))
  await fetchAll(fetch, files, snapshot)
  await writeWhole(folders.ref(repository.revision), remote.commit)
  return snapshot
}

/** The names of all files to fetch; the index of shards is read first, to know them. */
export async function chooseFiles(
  { remote, repository: { id } }: Fetch,
  readIndex: (name: string) => Promise<string>,
): Promise<readonly string[]> {
  const names = new Set(remote.files)
  if (!names.has('config.json')) throw new ComputeError('hub', `${id} has no config.json: it holds no checkpoint`)
  const chosen = chooseForm(names)
  if (chosen === null) {
    throw new ComputeError('hub', `${id} has no weights that can be read: no model.safetensors, no pytorch_model.bin`)
  }
  const { form, isSharded } = chosen
  const beside = remote.files.filter(isDecisive)
  if (!isSharded) return [...beside, form.whole]
  const shards = parseShards(parseJsonObject(await readIndex(form.index), form.index), form, id)
  const missing = shards.find((shard) => !names.has(shard))
  if (missing !== undefined) throw new ComputeError('hub', `${id} lacks ${missing}, which its ${form.index} names`)
  return [...beside, form.index, ...shards]
}

async function fetchAll(fetch: Fetch, files: readonly RemoteFile[], snapshot: string): Promise<void> {
  const { folders, listener, settings } = fetch
  const total = files.reduce((sum, { size }) => sum + (size ?? 0), 0)
  await refuseLackOfSpace(files, folders, settings)
  let done = 0
  for (const file of files) {
    await fetchFile(fetch, file, snapshot, (bytes) =>
      listener.progress?.({ stage: file.name, done: done + bytes, total }),
    )
    done += file.size ?? 0
    listener.progress?.({ stage: file.name, done, total })
  }
}

async function refuseLackOfSpace(
  files: readonly RemoteFile[],
  folders: CacheFolders,
  { cache }: HubSettings,
): Promise<void> {
  let needed = 0
  for (const file of files) if (!(await isThere(join(folders.blobs, file.etag), file))) needed += file.size ?? 0
  const { bavail, bsize } = await statfs(folders.blobs)
  if (needed <= bavail * bsize) return
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`
  throw new ComputeError(
    'hub',
    `${cache} has room for ${megabytes(bavail * bsize)}, and ${megabytes(needed)} are to be fetched; free space or set HF_HUB_CACHE`,
  )
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Whether a file is there with the right length. */
const isThere = (path: string, { size }: RemoteFile): Promise<boolean> =>
  stat(path).then(
    (found) => size === null || found.size === size,
    () => false,
  )

/** Puts a file into the snapshot, fetched where the cache lacks it. */
export async function fetchFile(
  { client, folders, settings }: Fetch,
  file: RemoteFile,
  snapshot: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const blob = join(folders.blobs, file.etag)
  if (!(await isThere(blob, file))) await fetchBlob(client, file, blob, settings.patience, onBytes)
  await place(blob, join(snapshot, file.name))
}

/** Puts a blob into a snapshot: a relative link as Python's libraries make it, else a second name, else a copy. */
async function place(blob: string, path: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`
  await mkdir(dirname(path), { recursive: true })
  try {
    await symlink(relative(dirname(path), blob), temporary)
      .catch(() => link(blob, temporary))
      .catch(() => copyFile(blob, temporary))
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${randomUUID()}`
  await writeFile(temporary, text)
  await rename(temporary, path)
}

/** What the file system says, in words that help. */
function asHubError(error: unknown, { cache }: HubSettings): unknown {
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { code: undefined, message: '' }
  if (error instanceof ComputeError || code === undefined) return error
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  const fault = isFull ? `${cache} is full` : `${cache} cannot be written: ${message}`
  return new ComputeError('hub', `${fault}; free space or set HF_HUB_CACHE to another folder`, { cause: error })
}
