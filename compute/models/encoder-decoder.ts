/** What a layer of an encoder-decoder model is made of, and how its decoder looks into the source. */
import { cacheOf } from './blocks.ts'
import type { Layer } from './blocks.ts'
import type { Cache, DecoderInput } from './model.ts'

export interface Attention {
  readonly query: Layer
  readonly key: Layer
  readonly value: Layer
  readonly out: Layer
  readonly norm: Layer
}

export interface Block {
  readonly self: Attention
  /** null in an encoder. */
  readonly cross: Attention | null
  readonly feedForward: Layer
  /** That of the feed-forward. */
  readonly norm: Layer
}

/** Keys and values of the source for the cross attention of a layer: made of encoder states, or made before. */
export function memoryCache(memory: DecoderInput['memory'], layer: number, cross: Attention, heads: number): Cache {
  // An encoder-decoder model is never run without its memory, which has caches for every layer.
  return memory !== null && 'states' in memory ? cacheOf(cross, memory.states, heads) : memory!.caches[layer]!
}
