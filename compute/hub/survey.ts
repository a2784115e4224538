/** What fetching a checkpoint from a hub would take, asked before its weights are fetched. */
import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Json, parseJsonObject } from '#compute/checkpoint/fields.ts'
import { weightForms } from '#compute/checkpoint/weight-names.ts'
import { ComputeError } from '#compute/errors.ts'
import { makeHubClient } from './client.ts'
import { type Fetch, chooseFiles, fetchFile } from './download.ts'
import { type Repository, cacheFolders } from './repository.ts'
import type { HubSettings } from './settings.ts'

export interface RepositorySurvey {
  /** `model_type` of its configuration; null where that names none. */
  readonly architecture: string | null
  /** Bytes of all files that are needed, and of those that the cache lacks. */
  readonly bytes: number
  readonly missing: number
  /** Bytes of the weights as float32, which is how they are computed with. */
  readonly weights: number
  /** Bytes of the float32 copy that 16-bit weights get; 0 for float32. */
  readonly copy: number
}

/** Reads the configuration and the sizes of the files. Throws kind `hub` or `network`. */
export async function surveyRepository(repository: Repository, settings: HubSettings): Promise<RepositorySurvey> {
  if (settings.offline) {
    throw new ComputeError('hub', `HF_HUB_OFFLINE is set, so that ${repository.id} cannot be looked up; unset it`)
  }
  const client = makeHubClient(settings)
  const remote = await client.readRevision(repository)
  const folders = cacheFolders(settings.cache, repository.id)
  const fetch: Fetch = { client, repository, remote, folders, settings, listener: {} }
  const snapshot = folders.snapshot(remote.commit)
  await mkdir(folders.blobs, { recursive: true })
  await mkdir(snapshot, { recursive: true })
  const readSmall = async (name: string): Promise<string> => {
    const path = join(snapshot, name)
    if ((await sizeOf(path)) === null) {
      await fetchFile(fetch, await client.describe(repository, remote.commit, name), snapshot, () => {})
    }
    return readFile(path, 'utf8')
  }
  const names = await chooseFiles(fetch, readSmall)
  const config = parseJsonObject(await readSmall('config.json'), 'config.json')
  let [bytes, missing, weights] = [0, 0, 0]
  for (const name of names) {
    const there = await sizeOf(join(snapshot, name))
    const size = there ?? (await client.describe(repository, remote.commit, name)).size ?? 0
    bytes += size
    if (there === null) missing += size
    if (weightForms.some(({ ending }) => name.endsWith(ending))) weights += size
  }
  return { bytes, missing, ...readConfig(config, weights) }
}

/** What a configuration says of weights whose files have so many bytes. */
export function readConfig(config: Json, stored: number): Pick<RepositorySurvey, 'architecture' | 'weights' | 'copy'> {
  const width = bytesPerValue(config)
  const type = config['model_type']
  const weights = (stored * 4) / width
  return { architecture: typeof type === 'string' ? type : null, weights, copy: width === 4 ? 0 : weights }
}

/** How the files hold the weights, by what the configuration says; float32 where it is silent. */
function bytesPerValue(config: Json): number {
  const type = config['dtype'] ?? config['torch_dtype']
  return type === 'float16' || type === 'bfloat16' ? 2 : 4
}

const sizeOf = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ size }) => size,
    () => null,
  )
