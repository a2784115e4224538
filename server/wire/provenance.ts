import { z } from 'zod'

/** What a file that leaves a workspace says about where its numbers come from. */
export const provenanceReply = z.object({
  /** Of Coattend. */
  version: z.string(),
  /** Of what computes. */
  engine: z.string(),
  /** SHA-256 over the rows of the corpus in their order, in hexadecimal. */
  dataHash: z.string().regex(/^[0-9a-f]{64}$/),
})
export type ProvenanceReply = z.infer<typeof provenanceReply>
