import { z } from 'zod'

/** Where the numbers are computed, and why there. */
export const devicesReply = z.object({ name: z.enum(['cpu', 'webgpu', 'cuda']), reason: z.string() })
export type DevicesReply = z.infer<typeof devicesReply>
