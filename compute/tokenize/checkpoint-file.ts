/** Files of a checkpoint folder, read once, with a limit and an error that says what to do. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseJsonObject } from '#compute/checkpoint/fields.ts'
import type { Json } from '#compute/checkpoint/fields.ts'
import { ComputeError } from '#compute/errors.ts'

/** Far beyond every tokenizer we know (the largest `tokenizer.json` has about 35 MB). */
const mostBytes = 128 * 2 ** 20

/** The bytes of a file, or null where there is none. */
export function readCheckpointFile(folder: string, name: string): Buffer | null {
  const path = join(folder, name)
  try {
    const { size } = statSync(path)
    if (size > mostBytes) throw new Error(`it has ${size} bytes, more than ${mostBytes}`)
    return readFileSync(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    const fault = cause instanceof Error ? cause.message : String(cause)
    throw new ComputeError('bad-checkpoint', `${path} cannot be read: ${fault}. Fetch the file again`, { cause })
  }
}

/** The JSON object in a file, or null where there is no file. */
export function readCheckpointJson(folder: string, name: string): Json | null {
  const bytes = readCheckpointFile(folder, name)
  if (bytes === null) return null
  return parseJsonObject(bytes.toString('utf8'), join(folder, name))
}
