import { open, realpath } from 'node:fs/promises'
import type { WeightSource } from '#compute/graph/node.ts'
import { readAt } from './bytes.ts'
import { parseHeader, prefixBytes, readHeaderLength } from './safetensors.ts'
import type { StoredTensor } from './safetensors.ts'
import { readTorchTensors } from './torch-file.ts'

/** One file of weights: its real path (hub caches are full of links) and what it holds. */
export interface WeightFile {
  readonly path: string
  readonly size: number
  readonly modified: bigint
  readonly tensors: ReadonlyMap<string, StoredTensor>
}

/** A float32 tensor to be mapped. */
export interface Weight extends WeightSource {
  readonly shape: readonly number[]
}

/** Reads what a file holds and where: safetensors, or PyTorch's own format where the name ends in `.bin`. */
export async function readWeightFile(path: string): Promise<WeightFile> {
  const real = await realpath(path)
  const handle = await open(real, 'r')
  try {
    const stat = await handle.stat({ bigint: true })
    const size = Number(stat.size)
    const file = { path: real, size, modified: stat.mtimeNs }
    if (path.endsWith('.bin')) return { ...file, tensors: await readTorchTensors(handle, size, path) }
    const length = readHeaderLength(await readAt(handle, 0, prefixBytes), size, path)
    return { ...file, tensors: parseHeader(await readAt(handle, prefixBytes, length), size, path) }
  } finally {
    await handle.close()
  }
}
