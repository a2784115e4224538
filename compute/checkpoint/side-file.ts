/** The float32 copy of weights that are stored in another type or order: one file in the cache, made once. */
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { ComputeError } from '#compute/errors.ts'
import { readAt } from './bytes.ts'
import { elementBytes } from './safetensors.ts'
import type { StoredTensor } from './safetensors.ts'
import type { Weight, WeightFile } from './weight-file.ts'
import { widen } from './widen.ts'

/** A tensor and the file it lies in. */
export interface Located {
  readonly path: string
  readonly tensor: StoredTensor
}

/** The weights of these places, under the same keys, in a side file that is written where it is not there yet. */
export async function openSideFile(
  files: readonly WeightFile[],
  places: ReadonlyMap<string, Located>,
  cache: string,
): Promise<ReadonlyMap<string, Weight>> {
  const folder = await openCache(cache)
  const identity = createHash('sha256')
  for (const { path, size, modified } of files) identity.update(`${path}\0${size}\0${modified}\0`)
  const path = join(folder, `${identity.digest('hex').slice(0, 32)}.f32`)
  let offset = 0
  const weights = new Map<string, Weight>()
  for (const [key, { tensor }] of places) {
    const { name, shape } = tensor
    const length = shape.reduce((product, dim) => product * dim, 4)
    weights.set(key, { name, shape, file: path, offset, length })
    offset += length
  }
  const size = await stat(path).then(
    (found) => found.size,
    () => -1,
  )
  if (size !== offset) await writeSideFile(path, [...places.values()], offset)
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
    if (tensor.strides !== undefined) return await copyInOrder(source, tensor, tensor.strides, target)
    for (let done = 0; done < tensor.length; done += chunkBytes) {
      const chunk = await readAt(source, tensor.offset + done, Math.min(chunkBytes, tensor.length - done))
      await writeFloats(target, widen(tensor.dtype, chunk))
    }
  } finally {
    await source.close()
  }
}

const writeFloats = (target: FileHandle, { buffer, byteOffset, byteLength }: Float32Array): Promise<unknown> =>
  target.write(new Uint8Array(buffer, byteOffset, byteLength))

/** Largest tensor out of order that is read, as it is in memory while it is put in order: an embedding of 250,000 × 1024. */
const mostOutOfOrder = 2 ** 30

/** Copies element by element along the last axis, through one read of all that lies between the first and the last. */
async function copyInOrder(
  source: FileHandle,
  { name, dtype, shape, offset, length }: StoredTensor,
  strides: readonly number[],
  target: FileHandle,
): Promise<void> {
  if (length === 0) return
  const span = shape.reduce((sum, dim, i) => sum + (dim - 1) * strides[i]!, 1) * elementBytes[dtype]
  if (span > mostOutOfOrder) {
    throw new ComputeError(
      'unsupported',
      `tensor ${JSON.stringify(name.slice(0, 80))} lies out of order over ${span} bytes; save it again as safetensors`,
    )
  }
  const floats = widen(dtype, await readAt(source, offset, span))
  const row = shape.at(-1)!
  const [step, block] = [strides.at(-1)!, new Float32Array(Math.max(row, Math.floor(chunkBytes / 4 / row) * row))]
  let filled = 0
  for (const start of rowStarts(shape.slice(0, -1), strides)) {
    for (let i = 0; i < row; i++) block[filled + i] = floats[start + i * step]!
    filled += row
    if (filled < block.length) continue
    await writeFloats(target, block)
    filled = 0
  }
  await writeFloats(target, block.subarray(0, filled))
}

/** Where each row of the last axis starts, in the order of the outer axes. */
function* rowStarts(outer: readonly number[], strides: readonly number[], axis = 0, from = 0): Generator<number> {
  if (axis === outer.length) yield from
  for (let i = 0; i < outer[axis]!; i++) yield* rowStarts(outer, strides, axis + 1, from + i * strides[axis]!)
}
