/** Which token each query and each key of a pattern stands for: its name on the ruler, and what choosing it chooses. */
import type { AttentionKind, ModelKind } from '#compute/types.ts'
import type { TokenChoice } from '#collab/wire/document.ts'
import type { Piece } from '#web/marks/pieces.ts'

export interface Place {
  readonly label: string
  /** In a sentence: "writes “che”", "reads “the”". */
  readonly words: string
  /** The token that a click chooses; null for the start token, which no lane shows. */
  readonly token: TokenChoice | null
  readonly special: boolean
}

export interface Sides {
  readonly queries: readonly Place[]
  readonly keys: readonly Place[]
  /** Whether queries see only keys up to their own place. */
  readonly causal: boolean
}

export interface SidePieces {
  readonly source: readonly Piece[]
  readonly output: readonly Piece[]
}

const start: Place = { label: 'start', words: 'the start token', token: null, special: true }

const read = (side: TokenChoice['side'], pieces: readonly Piece[]): readonly Place[] =>
  pieces.map(({ label, kind, index }) => ({
    label,
    words: `“${label}”`,
    token: { side, index },
    special: kind === 'special',
  }))

/**
 * The decoder reads the start token and the output so far; its query i writes output token i and is named by it. A decoder alone reads the
 * prompt and the output so far: from the last token of the prompt on, each query writes an output token.
 */
export function sidesOf(model: ModelKind, kind: AttentionKind, { source, output }: SidePieces): Sides {
  const sources = read('source', source)
  const outputs = read('output', output)
  const written = outputs.map((place) => ({ ...place, words: `writing ${place.words}` }))
  if (kind === 'encoder') return { queries: sources, keys: sources, causal: false }
  if (kind === 'cross') return { queries: written, keys: sources, causal: false }
  if (model === 'encoder-decoder') return { queries: written, keys: [start, ...outputs.slice(0, -1)], causal: true }
  return { queries: [...sources.slice(0, -1), ...written], keys: [...sources, ...outputs.slice(0, -1)], causal: true }
}

/** First and last place that stand for any of the chosen tokens; null where none does. */
export function spanOn(
  places: readonly Place[],
  choice: TokenChoice | null,
): readonly [first: number, last: number] | null {
  if (choice === null) return null
  const [from, to] = [choice.index, choice.last ?? choice.index]
  const chosen = places.flatMap(({ token }, at) =>
    token?.side === choice.side && token.index >= from && token.index <= to ? [at] : [],
  )
  const first = chosen[0]
  return first === undefined ? null : [first, chosen.at(-1) ?? first]
}
