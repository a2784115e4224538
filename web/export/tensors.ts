/** Puts provenance into a safetensors file without touching its numbers: https://github.com/huggingface/safetensors#format. */
import { z } from 'zod'
import { WebError } from '#web/errors.ts'

const header = z.record(z.string(), z.unknown())

/** The same file with more entries in its metadata; offsets count from the end of the header and stay as they are. */
export function withMetadata(bytes: Uint8Array, entries: Readonly<Record<string, string>>): Uint8Array {
  const { fields, body } = readHeader(bytes)
  const metadata = { ...z.record(z.string(), z.string()).catch({}).parse(fields['__metadata__']), ...entries }
  const text = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata, ...withoutMetadata(fields) }))
  // The numbers must start at a multiple of eight; the format fills up with spaces.
  const length = Math.ceil(text.length / 8) * 8
  const file = new Uint8Array(8 + length + body.length)
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true)
  file.fill(0x20, 8, 8 + length)
  file.set(text, 8)
  file.set(body, 8 + length)
  return file
}

function readHeader(bytes: Uint8Array): { readonly fields: Record<string, unknown>; readonly body: Uint8Array } {
  try {
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true))
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length))
    return { fields: header.parse(JSON.parse(text)), body: bytes.subarray(8 + length) }
  } catch (cause) {
    throw new WebError(
      'bad-file',
      'The result file is damaged: its header is not readable. Reload to fetch it again.',
      {
        cause,
      },
    )
  }
}

const withoutMetadata = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => name !== '__metadata__'))
