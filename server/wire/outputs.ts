import { z } from 'zod'
import { runReply } from './runs.ts'

/** The answer to "write it now". `run` is null when the output was there already. */
export const outputReply = z.object({
  run: runReply.nullable(),
  how: z.enum(['started', 'joined', 'computed']),
})
export type OutputReply = z.infer<typeof outputReply>
