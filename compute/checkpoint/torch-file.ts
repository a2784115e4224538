/**
 * `pytorch_model.bin`, the files of torch.save: a pickle that says which tensor lies where in which storage, and the storages.
 * Since PyTorch 1.6 a zip file of stored entries; before that four pickles in a row, the list of storages, and their bytes.
 * (https://github.com/pytorch/pytorch/blob/main/torch/serialization.py). Data are mapped where they lie; nothing is executed.
 */
import type { FileHandle } from 'node:fs/promises'
import { ComputeError } from '#compute/errors.ts'
import { readAt } from './bytes.ts'
import { readPickle } from './pickle.ts'
import { elementBytes } from './safetensors.ts'
import type { StoredTensor } from './safetensors.ts'
import { isContiguous, readStateDict, storageBytes, torchHost } from './torch-tensors.ts'
import type { TorchTensor } from './torch-tensors.ts'
import { locateContent, readZipDirectory } from './zip.ts'
import type { ZipEntry } from './zip.ts'

/** The pickle of a checkpoint of 10,000 tensors has about 2 MB. */
const longestPickle = 16 * 2 ** 20

/** The tensors of an open file of `size` bytes. Throws kind `bad-checkpoint`, naming `file` and fault. */
export async function readTorchTensors(
  handle: FileHandle,
  size: number,
  file: string,
): Promise<ReadonlyMap<string, StoredTensor>> {
  const start = await readAt(handle, 0, 4)
  const isZip = start.byteLength === 4 && start[0] === 0x50 && start[1] === 0x4b // PK
  const { tensors, places } = isZip ? await readZipped(handle, size, file) : await readLegacy(handle, size, file)
  const stored = new Map<string, StoredTensor>()
  for (const [name, tensor] of tensors) stored.set(name, locate(name, tensor, places, file))
  refuseInflation([...stored.values()], size, file)
  return stored
}

/** Tensors may share storages, so a small file could claim any number of large ones. Equal ones count once. */
function refuseInflation(tensors: readonly StoredTensor[], size: number, file: string): void {
  const distinct = new Map(
    tensors.map(({ offset, shape, strides = [], length }) => [JSON.stringify([offset, shape, strides]), length]),
  )
  const claimed = [...distinct.values()].reduce((sum, length) => sum + length, 0)
  if (claimed > 4 * size) throw corrupt(file, `its tensors claim ${claimed} bytes of a file of ${size}`)
}

/** A state dict, and where the storages of its tensors start in the file. */
interface Contents {
  readonly tensors: ReadonlyMap<string, TorchTensor>
  readonly places: ReadonlyMap<string, number>
}

function corrupt(file: string, fault: string): ComputeError {
  return new ComputeError('bad-checkpoint', `${file} is no file of PyTorch weights: ${fault}`)
}

function locate(name: string, tensor: TorchTensor, places: ReadonlyMap<string, number>, file: string): StoredTensor {
  const { storage, first, shape, strides } = tensor
  const place = places.get(storage.key)
  if (place === undefined) throw corrupt(file, `tensor ${JSON.stringify(name.slice(0, 80))} has no data`)
  const bytes = elementBytes[storage.dtype]
  const length = shape.reduce((product, dim) => product * dim, bytes)
  const stored = { name, dtype: storage.dtype, shape, offset: place + first * bytes, length }
  return isContiguous(tensor) ? stored : { ...stored, strides }
}

async function readZipped(handle: FileHandle, size: number, file: string): Promise<Contents> {
  const entries = new Map((await readZipDirectory(handle, size, file)).map((entry) => [entry.name, entry]))
  const pickle = [...entries.values()].find(({ name }) => /^[^/]+\/data\.pkl$/.test(name))
  if (pickle === undefined) throw corrupt(file, 'the zip file holds no data.pkl')
  const content = async (entry: ZipEntry): Promise<Uint8Array> =>
    readAt(handle, await locateContent(handle, entry, size, file), entry.size)
  const folder = pickle.name.slice(0, -'data.pkl'.length)
  const order = entries.get(`${folder}byteorder`)
  if (order !== undefined && (order.size > 16 || new TextDecoder().decode(await content(order)) !== 'little')) {
    throw corrupt(file, 'its numbers are not little endian; save it again as safetensors')
  }
  if (pickle.size > longestPickle)
    throw corrupt(file, `its pickle has ${pickle.size} bytes, more than ${longestPickle}`)
  const host = torchHost(file)
  const tensors = readStateDict(readPickle(await content(pickle), 0, host, file).value, file)
  const places = new Map<string, number>()
  for (const storage of host.storages.values()) {
    const entry = entries.get(`${folder}data/${storage.key}`)
    if (entry?.size !== storageBytes(storage)) {
      const found = entry === undefined ? 'is missing' : `has ${entry.size} bytes, not ${storageBytes(storage)}`
      throw corrupt(file, `storage ${JSON.stringify(storage.key.slice(0, 40))} ${found}`)
    }
    places.set(storage.key, await locateContent(handle, entry, size, file))
  }
  return { tensors, places }
}

/** What every file of the old format starts with. */
const magic = 0x1950a86a20f9469cfc6cn

async function readLegacy(handle: FileHandle, size: number, file: string): Promise<Contents> {
  const head = await readAt(handle, 0, Math.min(size, longestPickle))
  if (head[0] !== 0x80) throw corrupt(file, 'it is neither a zip file nor a pickle')
  const host = torchHost(file)
  let at = 0
  const next = (): unknown => {
    const { value, end } = readPickle(head, at, host, file)
    at = end
    return value
  }
  if (next() !== magic) throw corrupt(file, 'it starts with another pickle than that of torch.save')
  next() // the version of the format, 1001 since 2017
  const system = next()
  if (!(system instanceof Map) || system.get('little_endian') !== true) {
    throw corrupt(file, 'its numbers are not little endian; save it again as safetensors')
  }
  const tensors = readStateDict(next(), file)
  const keys = next()
  if (!Array.isArray(keys)) throw corrupt(file, 'it has no list of storages')
  const places = new Map<string, number>()
  for (const key of keys as unknown[]) {
    const storage = typeof key === 'string' ? host.storages.get(key) : undefined
    if (storage === undefined) throw corrupt(file, 'it lists a storage that its pickle does not know')
    const count = await readAt(handle, at, 8)
    const isRight = count.byteLength === 8 && Buffer.from(count).readBigInt64LE() === BigInt(storage.elements)
    const end = at + 8 + storageBytes(storage)
    if (!isRight || end > size) throw corrupt(file, 'its storages are cut off; the download may be incomplete')
    places.set(storage.key, at + 8)
    at = end
  }
  return { tensors, places }
}
