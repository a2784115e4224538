/** How states pass through the layers of one side, whatever a layer is made of. */
import type { Value } from '#compute/graph/value.ts'
import type { Layer } from './blocks.ts'
import type { Cache, DecoderInput, DecoderOutput, Hooks, Rows } from './model.ts'

/** Layers in their order, and what their states go through after the last one. */
export interface Layers<Block> {
  readonly blocks: readonly Block[]
  readonly finish: Layer
}

/** Passes states through the layers from `from` on, and shows hooks those that reach each layer and those at the end. */
export function runLayers<Block>(
  side: 'encoder' | 'decoder',
  { blocks, finish }: Layers<Block>,
  embedded: Value,
  { from = 0, hooks }: { readonly from: number | undefined; readonly hooks: Hooks },
  step: (x: Value, block: Block, layer: number) => Value,
): Value {
  let x = embedded
  blocks.forEach((block, layer) => {
    if (layer < from) return
    hooks.states?.(side, layer, x)
    x = step(x, block, layer)
  })
  const states = finish(x)
  hooks.states?.(side, blocks.length, states)
  return states
}

/** What a layer of a decoder is told beside its states. */
export interface DecoderSite {
  readonly layer: number
  /** Its keys and values of earlier tokens. */
  readonly past: Cache | undefined
  /** Where it is the last layer, the rows somebody will read: queries and all that follows exist for them only. */
  readonly rows: Rows | undefined
}

/** What a layer of a decoder makes: its states, and its keys and values of all tokens so far. */
export interface DecoderStep {
  readonly x: Value
  readonly cache: Cache
}

/** The same of a decoder, whose layers keep keys and values. `embedded` stands in place of the input's embeddings. */
export function runDecoder<Block>(
  layers: Layers<Block>,
  embedded: Value,
  { from, past, rows }: DecoderInput,
  hooks: Hooks,
  step: (x: Value, block: Block, site: DecoderSite) => DecoderStep,
): DecoderOutput {
  const caches: Cache[] = []
  const last = layers.blocks.length - 1
  const states = runLayers('decoder', layers, embedded, { from, hooks }, (x, block, layer) => {
    const site = { layer, past: past?.caches[layer], rows: layer === last ? rows : undefined }
    const { x: next, cache } = step(x, block, site)
    caches.push(cache)
    return next
  })
  return { states, caches }
}
