import { z } from 'zod'
import { identifier } from '#collab/wire/identifiers.ts'
import { attributionOptions } from '#collab/wire/document.ts'
import { runReply } from './runs.ts'

/** Attributes every output token of an instance; `focus` (an output token's index) is refined first and not part of the key. */
export const attributionRequest = z.strictObject({
  instance: identifier,
  options: attributionOptions,
  focus: z.number().int().min(0).nullable(),
})
export type AttributionRequest = z.infer<typeof attributionRequest>

export const attributionReply = z.object({
  run: runReply,
  /** `computed` now or before, `joined` a run somebody else started, or newly `started`. */
  how: z.enum(['started', 'joined', 'computed']),
})
export type AttributionReply = z.infer<typeof attributionReply>

/**
 * The result file (GET …/results/<hash>, immutable) is safetensors: source [K, n], prefix [K, m], objective [K],
 * baselineObjective [K], gap [K] (F32), nodes [K] (I32), converged [K] (U8), as `Attribution` of compute. K = output tokens.
 */
export const resultMediaType = 'application/vnd.safetensors'
