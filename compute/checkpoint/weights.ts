/** The tensors of a checkpoint folder, wherever they lie, ready to be mapped as float32. */
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { createHash, randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { ComputeError } from '#compute/errors.ts'
import type { WeightSource } from '#compute/graph/node.ts'
import { prefixBytes, parseHeader, readHeaderLength } from './safetensors.ts'
import type { StoredTensor } from './safetensors.ts'
import { widen } from './widen.ts'

/** One safetensors file: its real path (hub caches are full of links) and what it holds. */
export interface WeightFile {
  readonly path: string
  readonly size: number
  readonly modified: bigint
  readonly tensors: ReadonlyMap<string, StoredTensor>
}

export interface Weight extends WeightSource {
  readonly shape: readonly number[]
}

/** All tensors by name, as float32, and the folder that holds their files. */
export interface Weights {
  readonly folder: string
  readonly tensors: ReadonlyMap<string, Weight>
  readonly bytes: number
}

const floating: ReadonlySet<string> = new Set(['F64', 'F32', 'F16', 'BF16'])

export async function readWeightFile(path: string): Promise<WeightFile> {
  const real = await realpath(path)
  const handle = await open(real, 'r')
  try {
    const { size, mtimeNs } = await handle.stat({ bigint: true })
    const length = readHeaderLength(await readAt(handle, 0, prefixBytes), Number(size), path)
    const header = await readAt(handle, prefixBytes, length)
    return { path: real, size: Number(size), modified: mtimeNs, tensors: parseHeader(header, Number(size), path) }
  } finally {
    await handle.close()
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  const { bytesRead } = await handle.read(bytes, 0, length, position)
  return bytes.subarray(0, bytesRead)
}

/**
 * The weights of a set of files. Float32 is mapped where it lies; any other floating type gets one float32 side file in
 * `cache`, made once. Tensors of whole numbers and flags are masks and counters: graphs make their own.
 */
export async function openWeights(files: readonly WeightFile[], cache: string): Promise<Weights> {
  const all = files.flatMap(({ path, tensors }) => [...tensors.values()].map((tensor) => ({ path, tensor })))
  const needed = all.filter(({ tensor }) => floating.has(tensor.dtype))
  const seen = new Set<string>()
  for (const { tensor } of needed) {
    if (seen.has(tensor.name))
      throw new ComputeError('bad-checkpoint', `tensor ${tensor.name} is in two files; keep one`)
    seen.add(tensor.name)
  }
  const isMapped = needed.every(({ tensor }) => tensor.dtype === 'F32')
  const tensors = isMapped
    ? needed.map(({ path, tensor }) => asWeight(path, tensor))
    : await openSideFile(files, needed, cache)
  return {
    folder: isMapped ? commonFolder(files.map(({ path }) => path)) : cache,
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    bytes: tensors.reduce((sum, { length }) => sum + length, 0),
  }
}

const asWeight = (file: string, { name, shape, offset, length }: StoredTensor): Weight => ({
  name,
  file,
  shape,
  offset,
  length,
})

/** The deepest folder that all paths are in. */
function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0]!)
  while (!paths.every((path) => path.startsWith(join(folder, '/')))) folder = dirname(folder)
  return folder
}

interface Located {
  readonly path: string
  readonly tensor: StoredTensor
}

async function openSideFile(
  files: readonly WeightFile[],
  needed: readonly Located[],
  cache: string,
): Promise<readonly Weight[]> {
  const folder = await openCache(cache)
  const identity = createHash('sha256')
  for (const { path, size, modified } of files) identity.update(`${path}\0${size}\0${modified}\0`)
  const path = join(folder, `${identity.digest('hex').slice(0, 32)}.f32`)
  let offset = 0
  const weights = needed.map(({ tensor: { name, shape } }) => {
    const length = shape.reduce((product, dim) => product * dim, 4)
    const weight = { name, shape, file: path, offset, length }
    offset += length
    return weight
  })
  const size = await stat(path).then(
    (found) => found.size,
    () => -1,
  )
  if (size !== offset) await writeSideFile(path, needed, offset)
  return weights
}

const unwritable = (place: string, cause: unknown): ComputeError => {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const advice = 'Free space or set COATTEND_CACHE to another folder.'
  return new ComputeError(
    'bad-input',
    `Cannot write the float32 copy of the weights to ${place}: ${reason}. ${advice}`,
    { cause },
  )
}

/** The real path of the cache folder, made where it is missing. */
async function openCache(cache: string): Promise<string> {
  try {
    await mkdir(cache, { recursive: true })
    return await realpath(cache)
  } catch (cause) {
    throw unwritable(cache, cause)
  }
}

/** Through a temporary file and a rename: readers see a whole file or none, and two writers do no harm. */
async function writeSideFile(path: string, needed: readonly Located[], size: number): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    const target = await open(temporary, 'wx')
    try {
      for (const { path: from, tensor } of needed) await copyWidened(from, tensor, target)
      await target.sync()
    } finally {
      await target.close()
    }
    const written = (await stat(temporary)).size
    if (written !== size) throw new ComputeError('internal', `internal: ${temporary} has ${written} bytes, not ${size}`)
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    if (cause instanceof ComputeError) throw cause
    throw unwritable(path, cause)
  }
}

const chunkBytes = 2 ** 22

async function copyWidened(from: string, tensor: StoredTensor, target: FileHandle): Promise<void> {
  const source = await open(from, 'r')
  try {
    for (let done = 0; done < tensor.length; done += chunkBytes) {
      const length = Math.min(chunkBytes, tensor.length - done)
      const chunk = await readAt(source, tensor.offset + done, length)
      const wide = widen(tensor.dtype, chunk)
      await target.write(new Uint8Array(wide.buffer, wide.byteOffset, wide.byteLength))
    }
  } finally {
    await source.close()
  }
}
