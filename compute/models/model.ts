/** What every architecture offers to programs: the parts of a transformer, as graph builders with the same taps. */
import type { Fields } from '#compute/checkpoint/fields.ts'
import type { Value } from '#compute/graph/value.ts'
import type { AttentionKind, ModelKind } from '#compute/types.ts'
import type { Tensors } from './tensors.ts'

/** Where programs read and change what flows through a model. Each is called once per layer, in order. */
export interface Hooks {
  /** States [..., tokens, width]: the embedding output first (layer 0), the last one after the final norm. */
  readonly states?: (side: 'encoder' | 'decoder', layer: number, states: Value) => void
  /** Attention probabilities [..., heads, query, key]; what is returned takes their place. */
  readonly attention?: (kind: AttentionKind, layer: number, weights: Value) => Value
  /** Output of the heads [..., heads, query, head width], before they are mixed; what is returned takes its place. */
  readonly heads?: (kind: AttentionKind, layer: number, output: Value) => Value
}

/**
 * Keys and values of one attention layer, [..., key heads, tokens, head width] each; keys are rotated where positions are.
 * There may be fewer key heads than query heads: each then serves a group of neighbouring query heads.
 */
export interface Cache {
  readonly keys: Value
  readonly values: Value
}

/**
 * Rows of the decoder that somebody will read: R per entry of a leading axis K, the same at every node or other ones at each.
 * Only they are computed in the last layer: everything after its keys and values works row by row.
 */
export interface Rows {
  /** float32 [K, 1 or nodes, R, tokens]: 1 at the row's position. */
  readonly pick: Value
  /** int64 [K, 1 or nodes, 1, R, 1]: the position. */
  readonly positions: Value
}

export interface DecoderInput {
  /** Scaled token embeddings [..., tokens, width]; with `from`, the states that reach that layer. */
  readonly embeddings: Value
  /**
   * The first layer that is computed. What `Hooks.states` shows at it then stands in place of the embeddings; so even
   * `from: 0` differs from leaving it out: those states have their positions, embeddings are given them.
   */
  readonly from?: number
  /** Encoder states, or the keys and values made of them; null for decoder-only models. */
  readonly memory: { readonly states: Value } | { readonly caches: readonly Cache[] } | null
  /** Keys and values of earlier tokens, per layer; the embeddings are then those of the one token after them. */
  readonly past?: { readonly caches: readonly Cache[]; readonly length: Value }
  readonly rows?: Rows
}

export interface DecoderOutput {
  /** [..., tokens, width], after the final norm; [K, ..., R, width] where rows were picked. */
  readonly states: Value
  /** Keys and values of all tokens so far, per layer. */
  readonly caches: readonly Cache[]
}

export type Side = 'source' | 'prefix'

/** Special token ids of a configuration; null where it names none. */
export interface SpecialIds {
  readonly pad: number | null
  readonly start: number | null
  readonly bos: number | null
  readonly end: readonly number[]
}

export interface Model {
  readonly architecture: string
  readonly kind: ModelKind
  /** Width of the token embeddings. */
  readonly width: number
  /** Width of the states between layers. */
  readonly stateWidth: number
  readonly vocabulary: { readonly source: number; readonly output: number }
  readonly layers: { readonly encoder: number; readonly decoder: number }
  readonly heads: { readonly encoder: number; readonly decoder: number }
  /** What is kept of a decoder token in a layer, for self and cross attention alike: key heads, and the width of one. */
  readonly cache: { readonly heads: number; readonly width: number }
  /** Longest source, and longest output with its start token. */
  readonly maxTokens: number | null
  /**
   * In a longer text, later tokens change what earlier ones are (dynamic rotary scaling), so nothing may be cut away; absent
   * where they never do.
   */
  readonly steadyTokens?: number
  /**
   * A norm comes first and no positions are added: at embeddings of zero its gradient is enormous, and F changes between zero
   * and embeddings too small for float32.
   */
  readonly hasSingularZero?: boolean
  readonly special: SpecialIds
  /** Token embeddings [vocabulary, width] and the factor they are scaled by. */
  readonly embeddings: (side: Side) => { readonly table: Value; readonly scale: number }
  /**
   * Scaled token embeddings [..., tokens, width] to encoder states; with `from`, the states that reach that layer, as
   * `DecoderInput` says. Decoder-only models have none.
   */
  readonly encode: ((embeddings: Value, hooks: Hooks, from?: number) => Value) | null
  /** Keys and values of the cross attention of each layer, made once per source. */
  readonly crossCaches: ((states: Value) => readonly Cache[]) | null
  readonly decode: (input: DecoderInput, hooks: Hooks) => DecoderOutput
  /** What the last layer's states [..., tokens, width] go through before the head: the final norm, where there is one. */
  readonly finish: (states: Value) => Value
  /** Decoder states [..., width] to logits [..., vocabulary]. */
  readonly head: (states: Value) => Value
}

export interface Architecture {
  readonly modelType: string
  readonly kind: ModelKind
  /** Prefix of tensor names that some checkpoints leave out. */
  readonly base: string
  /** Reads the configuration, finds the tensors, checks their shapes. Throws `bad-checkpoint` or `unsupported`. */
  readonly open: (config: Fields, tensors: Tensors) => Model
}
