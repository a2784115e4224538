/** Tensors in and out of a command. */
import { readFile } from 'node:fs/promises'
import { decodeSafetensors, encodeSafetensors, engineVersion } from '#compute/index.ts'
import type { FileTensor } from '#compute/index.ts'
import { writeWhole } from '../files/store.ts'
import { UsageError } from './usage-error.ts'

export interface TensorFile {
  has(name: string): boolean
  /** Whole numbers of a tensor [count] or [1, count]. */
  ids(name: string): readonly number[]
}

/** One that lies on the disk. */
export interface StoredTensors extends TensorFile {
  /** Float32 rows of a tensor [rows, width]. */
  rows(name: string, rows: number, width: number): readonly Float32Array[]
}

/** A float32 tensor to be written; a list of numbers is rounded to it. */
export const floats = (shape: readonly number[], data: Float32Array | readonly number[]): FileTensor => ({
  dtype: 'F32',
  shape,
  data: data instanceof Float32Array ? data : Float32Array.from(data),
})

/** An int32 tensor to be written. */
export const integers = (shape: readonly number[], data: Int32Array | readonly number[]): FileTensor => ({
  dtype: 'I32',
  shape,
  data: data instanceof Int32Array ? data : Int32Array.from(data),
})

/** Reads a safetensors file of inputs. Names are those of the fixtures: `input_ids`, `target_positions`, … */
export async function readTensorFile(path: string): Promise<StoredTensors> {
  const tensors = await readTensors(path)
  return {
    has: (name) => tensors.has(name),
    ids: (name) => idsOf(tensors.get(name), name, path),
    rows: (name, rows, width) => rowsOf(tensors.get(name), name, path, rows, width),
  }
}

/** All tensors of a safetensors file. */
export async function readTensors(path: string): Promise<ReadonlyMap<string, FileTensor>> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`Cannot read ${path}: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}`, {
      cause,
    })
  })
  return decodeSafetensors(bytes, path)
}

function idsOf(tensor: FileTensor | undefined, name: string, path: string): readonly number[] {
  if (tensor === undefined) throw new UsageError(`${path} holds no tensor ${name}`)
  const { dtype, shape, data } = tensor
  if (dtype !== 'I64' && dtype !== 'I32')
    throw new UsageError(`${path}: ${name} must hold whole numbers (I64), not ${dtype}`)
  const isRow = shape.length === 1 || (shape.length === 2 && shape[0] === 1)
  if (!isRow) throw new UsageError(`${path}: ${name} must have the shape [1, n] or [n], not [${shape.join(', ')}]`)
  return Array.from(data, Number)
}

function rowsOf(
  tensor: FileTensor | undefined,
  name: string,
  path: string,
  rows: number,
  width: number,
): readonly Float32Array[] {
  if (tensor === undefined) throw new UsageError(`${path} holds no tensor ${name}`)
  const { dtype, shape, data } = tensor
  if (dtype !== 'F32' || shape.length !== 2 || shape[0] !== rows || shape[1] !== width) {
    throw new UsageError(`${path}: ${name} must be F32 [${rows}, ${width}], not ${dtype} [${shape.join(', ')}]`)
  }
  return Array.from({ length: rows }, (_, k) => Float32Array.from(data.subarray(k * width, (k + 1) * width), Number))
}

/** Writes results; the metadata say what made them. */
export async function writeTensorFile(
  path: string,
  tensors: Readonly<Record<string, FileTensor>>,
  parameters: Readonly<Record<string, unknown>>,
): Promise<void> {
  const metadata = Object.fromEntries(
    Object.entries({ engine: engineVersion, ...parameters }).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
  await writeWhole(path, encodeSafetensors(tensors, metadata)).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`Cannot write ${path}: ${reason}`, { cause })
  })
}
