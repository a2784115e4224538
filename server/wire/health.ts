import { z } from 'zod'

/** Answers 200 as soon as the page can be used; `jobs` may still be running. */
export const healthReply = z.object({
  status: z.literal('ok'),
  version: z.string(),
  database: z.enum(['embedded', 'postgresql']),
  /** In words: what survives a crash. */
  durability: z.string(),
  device: z.object({ name: z.enum(['cpu', 'webgpu', 'cuda']), reason: z.string() }),
})
export type HealthReply = z.infer<typeof healthReply>
