import { type FileTensor, encodeSafetensors } from '#compute/index.ts'
import { upsertResult } from '../db/results.ts'
import type { ComputingDeps, Made } from './computing.ts'

export type ResultTensors = Readonly<Record<string, FileTensor>>

/** Stores what a run found as a file that says what made it; the row of the file is stored with the end of the run. */
export async function storeResult(
  tensors: ResultTensors,
  notes: Readonly<Record<string, string>>,
  { engine, pool, results, space, now }: ComputingDeps,
): Promise<Made> {
  const bytes = encodeSafetensors(tensors, { engine, device: pool.device.name, ...notes })
  await space.require(bytes.byteLength)
  const hash = await results.put(bytes)
  const described = Object.entries(tensors).map(([name, { dtype, shape }]) => ({ name, dtype, shape }))
  return {
    state: 'done',
    result: hash,
    error: null,
    store: (tx) => upsertResult(tx, { hash, tensors: described, bytes: bytes.byteLength, now: now() }),
  }
}
