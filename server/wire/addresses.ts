import { z } from 'zod'

/** Where this server is reached: the addresses it answers to, as `http://host:port`. */
export const addressesReply = z.object({ addresses: z.array(z.string()) })
export type AddressesReply = z.infer<typeof addressesReply>
