import { z } from 'zod'

const bytes = z.number().min(0)

export const diskReply = z.object({
  directory: z.string(),
  database: bytes,
  results: bytes,
  states: bytes,
  checkpoints: bytes,
  cache: bytes,
  /** Left on the disk the data directory is on. */
  free: bytes,
})
export type DiskReply = z.infer<typeof diskReply>
