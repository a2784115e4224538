/** Reads the safetensors files of results: https://github.com/huggingface/safetensors#format, the three types we use. */
import { z } from 'zod'
import { WebError } from '#web/errors.ts'

export type Tensor =
  | { readonly dtype: 'F32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'I32'; readonly shape: readonly number[]; readonly data: Int32Array }
  | { readonly dtype: 'U8'; readonly shape: readonly number[]; readonly data: Uint8Array }

const entry = z.object({
  dtype: z.enum(['F32', 'I32', 'U8']),
  shape: z.array(z.number().int().min(0)).max(8),
  data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
})

const width = { F32: 4, I32: 4, U8: 1 } as const

/** A file: its tensors by name, and what it says about itself. */
export interface ResultFile {
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly metadata: ReadonlyMap<string, string>
}

/** The tensors of a file by name. Throws a WebError of kind `bad-file` that says where it is damaged. */
export const parseTensors = (bytes: Uint8Array): ReadonlyMap<string, Tensor> => parseFile(bytes).tensors

/** The tensors and the metadata of a file. Throws as `parseTensors` does. */
export function parseFile(bytes: Uint8Array): ResultFile {
  if (bytes.length < 8) throw damaged('it is shorter than its own header')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerLength = Number(view.getBigUint64(0, true))
  if (headerLength > bytes.length - 8) throw damaged('its header is cut off')
  const body = bytes.subarray(8 + headerLength)
  const tensors = new Map<string, Tensor>()
  const { __metadata__: notes = {}, ...entries } = parseHeader(bytes.subarray(8, 8 + headerLength))
  for (const [name, value] of Object.entries(entries)) tensors.set(name, parseTensor(name, value, body))
  const metadata = z.record(z.string(), z.string()).safeParse(notes)
  if (!metadata.success) throw damaged('its metadata is described wrongly', metadata.error)
  return { tensors, metadata: new Map(Object.entries(metadata.data)) }
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (cause) {
    throw damaged('its header is not readable', cause)
  }
}

function parseTensor(name: string, value: unknown, body: Uint8Array): Tensor {
  const parsed = entry.safeParse(value)
  if (!parsed.success) throw damaged(`tensor "${name}" is described wrongly`, parsed.error)
  const { dtype, shape, data_offsets } = parsed.data
  const [start, end] = data_offsets
  const elements = shape.reduce((product, size) => product * size, 1)
  if (end > body.length || end - start !== elements * width[dtype]) throw damaged(`tensor "${name}" is cut off`)
  // Copied, because typed arrays of four bytes must start at a multiple of four.
  const data = body.slice(start, end).buffer
  if (dtype === 'F32') return { dtype, shape, data: new Float32Array(data) }
  if (dtype === 'I32') return { dtype, shape, data: new Int32Array(data) }
  return { dtype, shape, data: new Uint8Array(data) }
}

const damaged = (how: string, cause?: unknown): WebError =>
  new WebError('bad-file', `The result file is damaged: ${how}. Reload to fetch it again.`, { cause })
