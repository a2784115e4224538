import { z } from 'zod'

/** A token beside the vocabulary, as the tokenizers library knows it. */
export const addedToken = z.object({
  content: z.string(),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().default(false),
  special: z.boolean().default(false),
})
export type AddedToken = z.infer<typeof addedToken>

export interface PlacedToken extends AddedToken {
  readonly id: number
}

/** A special token without further flags. */
export function plainToken(content: string, special = true): AddedToken {
  return { content, single_word: false, lstrip: false, rstrip: false, normalized: !special, special }
}

/** A token named by its text, or with flags. */
export const specialName = z.union([
  z.string().transform((content) => plainToken(content)),
  addedToken.transform((token) => ({ ...token, special: true })),
])

/** The same where a role may be left open (undefined) or said to be empty (null). */
export const specialToken = z.union([specialName, z.null()]).optional()

/** `added_tokens.json`: tokens and their ids. */
export const addedTokensFile = z.record(
  z.string(),
  z
    .int()
    .min(0)
    .max(2 ** 24),
)
