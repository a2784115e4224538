import type { TokenizedText } from '#compute/types.ts'
import { namelessPiece } from './vocabulary.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Tokens being gathered, in order. */
export interface TokenList {
  push(id: number, start: number, end: number): void
  /** The gathered tokens; the list must not be used afterwards. */
  close(): TokenizedText
}

export function makeTokenList(vocabulary: Vocabulary): TokenList {
  const ids: number[] = []
  const tokens: string[] = []
  const offsets: [number, number][] = []
  const special: boolean[] = []
  return {
    push(id, start, end) {
      ids.push(id)
      tokens.push(vocabulary.piece(id) ?? namelessPiece(id))
      offsets.push([start, end])
      special.push(vocabulary.isSpecial(id))
    },
    close: () => ({ ids, tokens, offsets, special }),
  }
}
