import { z } from 'zod'
import { identifier } from '#collab/wire/identifiers.ts'

const count = z.number().int().min(0)

/** Mirrors `CheckpointSummary` of compute. */
export const checkpointSummary = z.object({
  architecture: z.string(),
  kind: z.enum(['encoder-decoder', 'decoder-only']),
  revision: z.string(),
  parameters: count,
  vocabulary: count,
  width: count,
  layers: z.object({ encoder: count, decoder: count }),
  heads: z.object({ encoder: count, decoder: count }),
  maxTokens: count.nullable(),
  tokenizer: z.string().nullable(),
  baselines: z.array(z.string()),
})

export const checkpointReply = z.object({
  id: identifier,
  name: z.string(),
  /** null where the folder cannot be opened any more; `problem` says why. */
  summary: checkpointSummary.nullable(),
  problem: z.string().nullable(),
})
export type CheckpointReply = z.infer<typeof checkpointReply>

export const checkpointsReply = z.object({ checkpoints: z.array(checkpointReply) })
export type CheckpointsReply = z.infer<typeof checkpointsReply>
