/** What the pickle of a PyTorch checkpoint may hold: tensors by name, as places in storages. */
import { ComputeError } from '#compute/errors.ts'
import type { PickleGlobal, PickleHost } from './pickle.ts'
import { elementBytes } from './safetensors.ts'
import type { StoredType } from './safetensors.ts'

/** A run of equal elements that lies outside the pickle. Tensors may share one. */
export interface TorchStorage {
  readonly key: string
  readonly dtype: StoredType
  /** Elements of the whole storage. */
  readonly elements: number
}

export interface TorchTensor {
  readonly storage: TorchStorage
  /** First element in the storage. */
  readonly first: number
  readonly shape: readonly number[]
  /** Elements between neighbours along each axis. */
  readonly strides: readonly number[]
}

const storageTypes: Readonly<Record<string, StoredType>> = {
  FloatStorage: 'F32',
  DoubleStorage: 'F64',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
}

export interface TorchHost extends PickleHost {
  /** The storages met so far, by key. */
  readonly storages: ReadonlyMap<string, TorchStorage>
}

/** Entries of all dicts that are made of lists, together: a list may be used again and again. */
const mostPairs = 200_000

/** What the pickle of a file may name. */
export function torchHost(file: string): TorchHost {
  const bad = (fault: string): ComputeError =>
    new ComputeError('bad-checkpoint', `${file} is no file of PyTorch weights: ${fault}`)
  const storages = new Map<string, TorchStorage>()
  let pairs = 0
  const makes: Readonly<Record<string, PickleGlobal['make']>> = {
    'collections.OrderedDict': ([list = []]) => {
      pairs += Array.isArray(list) ? list.length : 0
      if (pairs > mostPairs) throw bad('its pickle makes too many dicts')
      return makeDict(list, bad)
    },
    'torch.Size': ([sizes]) => sizes,
    'torch._utils._rebuild_tensor': ([storage, first, shape, strides]) =>
      rebuildTensor(storage, first, shape, strides, bad),
    'torch._utils._rebuild_tensor_v2': ([storage, first, shape, strides]) =>
      rebuildTensor(storage, first, shape, strides, bad),
    'torch._utils._rebuild_parameter': ([tensor]) => tensor,
    'torch._utils._rebuild_parameter_with_state': ([tensor]) => tensor,
    'torch.nn.parameter.Parameter': ([tensor]) => tensor,
  }
  return {
    global: (name) => {
      if (Object.hasOwn(makes, name)) return { name, make: makes[name]! }
      const type = name.startsWith('torch.') ? name.slice('torch.'.length) : ''
      if (Object.hasOwn(storageTypes, type)) return { name, make: null }
      const shown = JSON.stringify(name.slice(0, 80))
      throw bad(`its pickle asks for ${shown}, which is no part of weights; nothing of it was run. Take safetensors`)
    },
    persistent: (id) => {
      const storage = readStorage(id, bad)
      const known = storages.get(storage.key) ?? storage
      if (storageBytes(known) !== storageBytes(storage)) throw bad('one storage in its pickle has two sizes')
      storages.set(storage.key, storage)
      return storage
    },
    storages,
  }
}

type Bad = (fault: string) => ComputeError

function makeDict(pairs: unknown, bad: Bad): Map<unknown, unknown> {
  if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    throw bad('a dict in its pickle is made of no pairs')
  }
  return new Map(pairs as [unknown, unknown][])
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** Axes, at most as many as anybody has. */
const isCounts = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length <= 8 && value.every(isCount)

/** ('storage', type, key, device, elements), in the old format with a view as (key, first, elements) or None behind. */
function readStorage(id: unknown, bad: Bad): TorchStorage {
  const [kind, type, key, , elements, view] = Array.isArray(id) ? (id as unknown[]) : []
  const name = typeof type === 'object' && type !== null && 'name' in type ? String(type.name) : ''
  const dtype = storageTypes[name.slice('torch.'.length)]
  if (kind !== 'storage' || typeof key !== 'string' || !isCount(elements) || dtype === undefined) {
    throw bad('its pickle names data that are no storage')
  }
  if (view !== undefined && view !== null) throw bad('it holds a view of a storage; save it again as safetensors')
  return { key, dtype, elements }
}

function rebuildTensor(storage: unknown, first: unknown, shape: unknown, strides: unknown, bad: Bad): TorchTensor {
  if (!isStorage(storage) || !isCount(first) || !isCounts(shape) || !isCounts(strides)) {
    throw bad('a tensor in its pickle has no valid storage, shape or strides')
  }
  if (shape.length !== strides.length) throw bad('a tensor in its pickle has no valid strides')
  const count = shape.reduce((product, dim) => product * dim, 1)
  const last = shape.reduce((sum, dim, i) => sum + (dim - 1) * strides[i]!, first)
  if (count > storage.elements || (count > 0 && last >= storage.elements)) {
    throw bad(`a tensor [${shape.join(', ')}] in its pickle reaches beyond its storage of ${storage.elements} elements`)
  }
  return { storage, first, shape, strides }
}

const isStorage = (value: unknown): value is TorchStorage =>
  typeof value === 'object' && value !== null && 'dtype' in value && 'elements' in value

const isTensor = (value: unknown): value is TorchTensor =>
  typeof value === 'object' && value !== null && 'storage' in value && 'strides' in value

/** The tensors of a state dict. Other entries (counters, settings) are none of the weights. */
export function readStateDict(value: unknown, file: string): ReadonlyMap<string, TorchTensor> {
  const entries = value instanceof Map ? [...(value as Map<unknown, unknown>)] : []
  const tensors = new Map<string, TorchTensor>()
  for (const [name, tensor] of entries) if (typeof name === 'string' && isTensor(tensor)) tensors.set(name, tensor)
  if (tensors.size > 0) return tensors
  throw new ComputeError(
    'bad-checkpoint',
    `${file} holds no tensors by name at its top; save model.state_dict() alone, best as safetensors`,
  )
}

/** Whether elements follow each other as in a fresh tensor. */
export function isContiguous({ shape, strides }: TorchTensor): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false
    expected *= shape[axis]!
  }
  return true
}

/** Bytes of a storage. */
export const storageBytes = ({ dtype, elements }: TorchStorage): number => elements * elementBytes[dtype]
