import { z } from 'zod'
import { identifier } from '#collab/wire/identifiers.ts'

const count = z.number().int().min(0)

/** A code such as `de_DE`, `deu_Latn` or `de`. */
export const languageCode = z.string().min(1).max(40)

/** Codes of a multilingual translator, and those in force where nobody names others. */
export const knownLanguages = z.object({
  codes: z.array(languageCode),
  source: languageCode,
  target: languageCode.nullable(),
})
export type KnownLanguages = z.infer<typeof knownLanguages>

/** The languages a translator reads and writes; what is null comes from the checkpoint. */
export const chosenLanguages = z.strictObject({ source: languageCode.nullable(), target: languageCode.nullable() })
export type ChosenLanguages = z.infer<typeof chosenLanguages>

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
  /** null for all models but multilingual translators. */
  languages: knownLanguages.nullable(),
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
