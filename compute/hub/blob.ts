/** One file of a hub: fetched in as many attempts as it takes, continued where it broke off, checked, and only then named. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat, truncate } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { ComputeError } from '#compute/errors.ts'
import type { HubClient, RemoteFile } from './client.ts'
import type { HubPatience } from './settings.ts'

/** Fetches into `path`. `onBytes` is told how many bytes are there. Throws kind `hub` or `network`. */
export async function fetchBlob(
  client: HubClient,
  file: RemoteFile,
  path: string,
  patience: HubPatience,
  onBytes: (bytes: number) => void,
): Promise<void> {
  // Python's libraries call theirs `.incomplete`; one that another library is writing is never touched.
  const partial = `${path}.coattend-incomplete`
  let failures = 0
  let isFresh = (await sizeOf(partial)) === 0
  for (;;) {
    const before = await sizeOf(partial)
    try {
      await proceed(client, file, partial, onBytes)
      if (await isIntact(file, partial)) break
      await rm(partial, { force: true })
      if (isFresh) throw damaged(file)
      isFresh = true // what an earlier attempt left was wrong: once more from the start
    } catch (error) {
      if (!(error instanceof ComputeError) || error.kind !== 'network') throw error
      failures = (await sizeOf(partial)) > before ? 0 : failures + 1
      if (failures >= patience.tries) throw error
      await sleep(patience.pause * 2 ** failures)
    }
  }
  await rename(partial, path)
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )

function damaged({ name, etag }: RemoteFile): ComputeError {
  return new ComputeError(
    'hub',
    `${name} came with another content than its hash ${etag.slice(0, 12)}… says; try again later`,
  )
}

/** One attempt: appends what is missing. */
async function proceed(
  client: HubClient,
  file: RemoteFile,
  partial: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { name, size } = file
  let bytes = await sizeOf(partial)
  if (size !== null && bytes === size && size > 0) return
  if (size !== null && bytes > size) bytes = 0
  const { start, body } = await client.readContent(file, bytes)
  if (start !== bytes) {
    if (start !== 0) throw new ComputeError('hub', `The hub answered with another part of ${name} than was asked for`)
    bytes = 0
  }
  const target = await open(partial, 'a')
  try {
    await target.truncate(bytes)
    for await (const piece of body) {
      if (size !== null && bytes + piece.byteLength > size) {
        await truncate(partial, 0)
        throw new ComputeError('hub', `${name} is larger than the ${size} bytes the hub says; try again later`)
      }
      await target.write(piece)
      bytes += piece.byteLength
      onBytes(bytes)
    }
    await target.sync()
  } finally {
    await target.close()
  }
  if (size !== null && bytes < size) {
    throw new ComputeError('network', `The connection ended after ${bytes} of ${size} bytes of ${name}`)
  }
}

/** Compares with the hash that the hub names a file by: sha256 of its content, or git's sha1 of a header and its content. */
async function isIntact({ etag, size }: RemoteFile, path: string): Promise<boolean> {
  const bytes = await sizeOf(path)
  if (size !== null && bytes !== size) return false
  const algorithm = /^[0-9a-f]{64}$/.test(etag) ? 'sha256' : /^[0-9a-f]{40}$/.test(etag) ? 'sha1' : null
  if (algorithm === null) return true // a mirror with names of its own: the length is all there is to check
  const hash = createHash(algorithm)
  if (algorithm === 'sha1') hash.update(`blob ${bytes}\0`)
  if (bytes > 0) await pipeline(createReadStream(path), hash)
  return hash.digest('hex') === etag
}
