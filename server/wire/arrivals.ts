import { z } from 'zod'
import { identifier } from '#collab/wire/identifiers.ts'

const size = z.number().min(0)

/** A checkpoint to bring in: a folder of the server's machine, or `org/name` or `org/name@revision` at a hub. */
export const arrivalRequest = z.strictObject({
  from: z.enum(['hub', 'folder']),
  name: z.string().trim().min(1).max(4_000),
})
export type ArrivalRequest = z.infer<typeof arrivalRequest>

/** A checkpoint on its way in. */
export const arrivalReply = z.object({
  id: identifier,
  name: z.string(),
  /** `waiting`: looked up, and not yet asked to be fetched. */
  state: z.enum(['waiting', 'fetching', 'reading', 'done', 'failed', 'cancelled']),
  /** Bytes; null for a folder, which is there already. */
  estimate: z
    .object({
      architecture: z.string(),
      /** To be fetched, of how many in all. */
      missing: size,
      bytes: size,
      /** On disk: what is missing, and a float32 copy of 16-bit weights. */
      disk: size,
      free: size,
      /** At most, in a compute process. */
      memory: size,
    })
    .nullable(),
  done: size,
  total: size,
  /** Bytes a second since the fetching began; null before there is a measurement. */
  rate: size.nullable(),
  /** Why it failed, and what to do next. */
  problem: z.string().nullable(),
  /** Once it is there. */
  checkpoint: identifier.nullable(),
})
export type ArrivalReply = z.infer<typeof arrivalReply>

export const arrivalsReply = z.object({
  arrivals: z.array(arrivalReply),
  /** Whether this person may bring in checkpoints: whoever sits at the server's machine may. */
  mayImport: z.boolean(),
  /** Folders below which one may be named. */
  folders: z.array(z.string()),
})
export type ArrivalsReply = z.infer<typeof arrivalsReply>
