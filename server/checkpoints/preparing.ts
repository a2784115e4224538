import { isUserError } from '#compute/index.ts'
import type { ComputePool } from '#compute/types.ts'
import { printable } from '../text.ts'
import type { Registry } from './registry.ts'

export interface PreparingDeps {
  readonly pool: ComputePool
  readonly registry: Registry
  log(line: string): void
}

/** Has compute open and compile a checkpoint, so that the first click in a workspace need not wait for it. Does not wait. */
export type PrepareCheckpoint = (id: string) => void

/** A checkpoint that is being prepared is not asked for again; one that is ready costs compute nothing. */
export function makePreparing({ pool, registry, log }: PreparingDeps): PrepareCheckpoint {
  const underWay = new Set<string>()
  const prepare = async (id: string): Promise<void> => {
    const checkpoint = await registry.find(id)
    if (checkpoint === null || checkpoint.reply.problem !== null) return
    await pool.run({ kind: 'prepare', checkpoint: checkpoint.folder }, 'interactive').result
  }
  return (id) => {
    if (underWay.has(id)) return
    underWay.add(id)
    prepare(id)
      .catch((error: unknown) => {
        // Whoever asks something of the checkpoint is told the same.
        if (!isUserError(error)) log(`prepare: ${printable(String(error))}`)
      })
      .finally(() => underWay.delete(id))
  }
}
