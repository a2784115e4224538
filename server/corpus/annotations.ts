/** What columns of a corpus may say about its texts: named things, and which words belong together. */
import { z } from 'zod'

/** Columns `sourceEntities` and `referenceEntities`: the names of either text. */
export const annotation = z.array(z.object({ type: z.string(), text: z.string(), supported: z.boolean().optional() }))

const words = z.array(z.string().min(1)).max(10_000)
const index = z.int().min(0)

/** Columns `sourceTokens` and `targetTokens`, lists of words, and `alignment`, pairs of indices into them. */
export const wordAlignment = z
  .object({
    sourceTokens: words,
    targetTokens: words,
    alignment: z.array(z.tuple([index, index])).max(1_000_000),
  })
  .refine(({ sourceTokens, targetTokens, alignment }) =>
    alignment.every(([source, target]) => source < sourceTokens.length && target < targetTokens.length),
  )
