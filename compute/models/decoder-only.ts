import type { Fields } from '#compute/checkpoint/fields.ts'
import type { Value } from '#compute/graph/value.ts'
import { linear } from '#compute/ops/matrix.ts'
import type { Model } from './model.ts'
import { readSpecialIds } from './special-ids.ts'
import type { CommonIds } from './special-ids.ts'

/** What a decoder-only model has of its own. */
export interface DecoderOnlyParts extends Pick<
  Model,
  'architecture' | 'stateWidth' | 'cache' | 'maxTokens' | 'hasSingularZero' | 'steadyTokens' | 'decode' | 'finish'
> {
  readonly layers: number
  readonly heads: number
  /** Token embeddings and the weight of the head, [vocabulary, width of the embeddings] each. */
  readonly table: Value
  readonly head: Value
  /** What a configuration that names no special token means; nothing where this is left out. */
  readonly special?: CommonIds
}

const none: CommonIds = { pad: null, bos: null, end: [] }

/** A model with one vocabulary and no encoder: it has no cross attention, and no token of its own starts an output. */
export function decoderOnly(config: Fields, parts: DecoderOnlyParts): Model {
  const { layers, heads, table, head, special = none, ...rest } = parts
  const [vocabulary, width] = table.shape as readonly [number, number] // a weight's shape is known
  return {
    ...rest,
    kind: 'decoder-only',
    width,
    vocabulary: { source: vocabulary, output: vocabulary },
    layers: { encoder: 0, decoder: layers },
    heads: { encoder: 0, decoder: heads },
    special: { ...readSpecialIds(config, special), start: null },
    embeddings: () => ({ table, scale: 1 }),
    encode: null,
    crossCaches: null,
    head: (states) => linear(states, head, null),
  }
}
