/**
 * The safetensors format: 8 bytes of header length (little endian), a JSON header, then the data of all tensors without a gap.
 * Files come from anywhere, so every claim of a header is checked before it is believed.
 */
import { ComputeError } from '#compute/errors.ts'
import { widen } from './widen.ts'

/** Bytes of one element. */
export const elementBytes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const

export type StoredType = keyof typeof elementBytes

/** Where one tensor lies: `offset` counts from the start of the file. */
export interface StoredTensor {
  readonly name: string
  readonly dtype: StoredType
  readonly shape: readonly number[]
  readonly offset: number
  readonly length: number
  /** Elements between neighbours along each axis, where they do not simply follow each other (PyTorch's own files only). */
  readonly strides?: readonly number[]
}

/** Longest header believed; that of a model of 70 billion parameters is under 200 kB. */
const longestHeader = 16 * 2 ** 20

export const prefixBytes = 8

/** Length of the header from the first 8 bytes of a file of `size` bytes. */
export function readHeaderLength(prefix: Uint8Array, size: number, file: string): number {
  if (prefix.byteLength < prefixBytes) throw corrupt(file, `it has ${size} bytes; a safetensors file starts with 8`)
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefixBytes)
  const length = view.getBigUint64(0, true)
  if (length > BigInt(longestHeader))
    throw corrupt(file, `its header claims ${length} bytes, more than ${longestHeader}`)
  if (prefixBytes + Number(length) > size) {
    throw corrupt(file, `its header claims ${length} bytes but the file has ${size}; the download may be incomplete`)
  }
  return Number(length)
}

/** The tensors a header lists, in file order. Checks names, types, shapes, and that the data fill the file exactly. */
export function parseHeader(header: Uint8Array, size: number, file: string): ReadonlyMap<string, StoredTensor> {
  const entries = Object.entries(parseJson(header, file)).filter(([name]) => name !== '__metadata__')
  const start = prefixBytes + header.byteLength
  const tensors = entries.map(([name, entry]) => parseEntry(name, entry, start, file))
  tensors.sort((a, b) => a.offset - b.offset || a.length - b.length)
  let next = start
  for (const tensor of tensors) {
    if (tensor.offset !== next) {
      const fault = tensor.offset < next ? 'overlaps the tensor before it' : 'leaves a gap before it'
      throw corrupt(file, `tensor ${quote(tensor.name)} ${fault}`)
    }
    next += tensor.length
  }
  if (next !== size)
    throw corrupt(file, `its tensors end at byte ${next} but the file has ${size}; it may be truncated`)
  return new Map(tensors.map((tensor) => [tensor.name, tensor]))
}

/** Free text beside the tensors. */
export function parseMetadata(header: Uint8Array, file: string): Readonly<Record<string, string>> {
  const metadata = (parseJson(header, file) as Record<string, unknown>)['__metadata__']
  if (metadata === undefined) return {}
  if (!isObject(metadata)) throw corrupt(file, 'its metadata is no object')
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, String(value)]))
}

function parseJson(header: Uint8Array, file: string): object {
  if (header[0] !== 0x7b) throw corrupt(file, 'its header is not a JSON object')
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header))
  } catch (cause) {
    throw corrupt(file, 'its header is not valid JSON', cause)
  }
  if (!isObject(parsed)) throw corrupt(file, 'its header is not a JSON object')
  return parsed
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** Names come from the file: long ones are cut, so that a message stays one line. */
const quote = (name: string): string => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)

function parseEntry(name: string, entry: unknown, start: number, file: string): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = (isObject(entry) ? entry : {}) as Record<string, unknown>
  if (typeof dtype !== 'string' || !Object.hasOwn(elementBytes, dtype)) {
    throw corrupt(file, `tensor ${quote(name)} has the unknown type ${quote(String(dtype))}`)
  }
  if (!Array.isArray(shape) || shape.length > 8 || !shape.every(isCount)) {
    throw corrupt(file, `tensor ${quote(name)} has no valid shape`)
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount) || offsets[0]! > offsets[1]!) {
    throw corrupt(file, `tensor ${quote(name)} has no valid data_offsets`)
  }
  const [begin, end] = offsets as [number, number]
  const stored = dtype as StoredType
  const bytes = shape.reduce((product, dim) => product * dim, elementBytes[stored])
  if (bytes !== end - begin) {
    throw corrupt(
      file,
      `tensor ${quote(name)}, ${dtype} [${shape.join(', ')}], needs ${bytes} bytes but has ${end - begin}`,
    )
  }
  return { name, dtype: stored, shape, offset: start + begin, length: bytes }
}

function corrupt(file: string, fault: string, cause?: unknown): ComputeError {
  return new ComputeError('bad-checkpoint', `${file} is not a valid safetensors file: ${fault}`, { cause })
}

/** Tensors that travel: a file is a map of these. */
export interface FileTensor {
  readonly dtype: StoredType
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array
}

/** The bytes of a safetensors file; data start at a multiple of 8, so that readers can map them. */
export function encodeSafetensors(
  tensors: Readonly<Record<string, FileTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  let offset = 0
  const header: (readonly [name: string, entry: unknown])[] = []
  if (Object.keys(metadata).length > 0) header.push(['__metadata__', metadata])
  // Wider types first: every tensor then starts at a multiple of its element size.
  const entries = Object.entries(tensors).toSorted(([, a], [, b]) => elementBytes[b.dtype] - elementBytes[a.dtype])
  for (const [name, { dtype, shape, data }] of entries) {
    header.push([name, { dtype, shape, data_offsets: [offset, offset + data.byteLength] }])
    offset += data.byteLength
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)))
  const padded = Math.ceil(json.byteLength / 8) * 8
  const bytes = new Uint8Array(prefixBytes + padded + offset)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true)
  bytes.fill(0x20, prefixBytes, prefixBytes + padded)
  bytes.set(json, prefixBytes)
  let at = prefixBytes + padded
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}

/** The free text beside the tensors of a file held in memory. */
export const readMetadata = (bytes: Uint8Array, file: string): Readonly<Record<string, string>> =>
  parseMetadata(bytes.subarray(prefixBytes, prefixBytes + readHeaderLength(bytes, bytes.byteLength, file)), file)

/**
 * The tensors of a safetensors file held in memory; half precision becomes float32. `file` names it in errors. Types other than F64, F32, F16,
 * BF16, I64, I32, U8, BOOL are refused.
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): ReadonlyMap<string, FileTensor> {
  const header = bytes.subarray(prefixBytes, prefixBytes + readHeaderLength(bytes, bytes.byteLength, file))
  const tensors = parseHeader(header, bytes.byteLength, file)
  return new Map([...tensors].map(([name, tensor]) => [name, decodeTensor(bytes, tensor, file)]))
}

function decodeTensor(
  bytes: Uint8Array,
  { name, dtype, shape, offset, length }: StoredTensor,
  file: string,
): FileTensor {
  const { buffer } = new Uint8Array(bytes.subarray(offset, offset + length)) // a copy, aligned; slice of a Buffer is none
  switch (dtype) {
    case 'F64':
      return { dtype, shape, data: new Float64Array(buffer) }
    case 'F32':
      return { dtype, shape, data: new Float32Array(buffer) }
    case 'F16':
    case 'BF16':
      return { dtype: 'F32', shape, data: widen(dtype, new Uint8Array(buffer)) }
    case 'I64':
      return { dtype, shape, data: new BigInt64Array(buffer) }
    case 'I32':
      return { dtype, shape, data: new Int32Array(buffer) }
    case 'U8':
    case 'BOOL':
      return { dtype, shape, data: new Uint8Array(buffer) }
    default:
      throw new ComputeError('bad-input', `${file}: tensor ${quote(name)} has type ${dtype}, which is not read here`)
  }
}
