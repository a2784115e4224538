import type { TokenizedText } from '#compute/types.ts'

/** The tokens of the text alone: special tokens that stand for nothing in it were put around it, and are left out. */
export function withoutFrame(tokens: TokenizedText): TokenizedText {
  const { ids, special, offsets } = tokens
  const isPut = (index: number): boolean => special[index]! && offsets[index]![0] === offsets[index]![1]
  return pickTokens(
    tokens,
    ids.map((_, index) => index).filter((index) => !isPut(index)),
  )
}

/** Some tokens of a text, in the order of the indices. */
export function pickTokens(
  { ids, tokens, offsets, special }: TokenizedText,
  indices: readonly number[],
): TokenizedText {
  const from = <T>(list: readonly T[]): T[] => indices.map((index) => list[index]!)
  return { ids: from(ids), tokens: from(tokens), offsets: from(offsets), special: from(special) }
}
