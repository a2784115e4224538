/**
 * The decoder of the Llama family, of which each architecture is one design: root-mean-square norms first and one at the end,
 * rotary positions, keys shared by groups of query heads, a gated feed-forward.
 */
import type { Fields } from '#compute/checkpoint/fields.ts'
import { splitHeads } from '#compute/ops/attention.ts'
import { add, mul } from '#compute/ops/elementwise.ts'
import { activationNamed } from './activations.ts'
import type { Activation } from './activations.ts'
import { attendHeads, grow, linearLayer, pickRows, rmsNormLayer } from './blocks.ts'
import type { Layer } from './blocks.ts'
import { decoderOnly } from './decoder-only.ts'
import { requireDivision } from './division.ts'
import { runDecoder } from './layers.ts'
import type { Layers } from './layers.ts'
import type { DecoderInput, DecoderOutput, Hooks, Model } from './model.ts'
import type { RopeParameters } from './rope-parameters.ts'
import { placesOf } from './rotary-places.ts'
import { steadiness, turn } from './rotary.ts'
import type { Tensors } from './tensors.ts'
import { headName, readTiedHead } from './tied-embedding.ts'

/** What the architectures of the family differ in. */
export interface GatedDesign {
  readonly architecture: string
  readonly sizes: GatedSizes
  readonly rope: RopeParameters
  /** Per layer how far back a token sees, itself included; null where it sees everything. */
  readonly windows: readonly (number | null)[]
  readonly biases: { readonly inputs: boolean; readonly output: boolean; readonly feedForward: boolean }
}

export interface GatedSizes {
  readonly vocabulary: number
  readonly width: number
  readonly layers: number
  readonly heads: number
  readonly keyHeads: number
  readonly headWidth: number
  readonly inner: number
  readonly epsilon: number
  readonly activation: Activation
}

/** Defaults in which the configurations of transformers differ. */
export interface GatedDefaults {
  readonly vocabulary: number
  readonly inner: number
  /** null: as many as query heads. */
  readonly keyHeads: number | null
}

export function readGatedSizes(config: Fields, defaults: GatedDefaults): GatedSizes {
  const width = config.whole('hidden_size', 4096)
  const heads = config.whole('num_attention_heads', 32)
  const usual = config.isNull('num_key_value_heads') ? null : defaults.keyHeads
  const keyHeads = config.whole('num_key_value_heads', usual ?? heads)
  requireDivision('num_attention_heads', heads, 'num_key_value_heads', keyHeads)
  if (!config.has('head_dim')) requireDivision('hidden_size', width, 'num_attention_heads', heads)
  return {
    vocabulary: config.whole('vocab_size', defaults.vocabulary),
    width,
    heads,
    keyHeads,
    layers: config.whole('num_hidden_layers', 32, 0),
    headWidth: config.whole('head_dim', width / heads),
    inner: config.whole('intermediate_size', defaults.inner),
    epsilon: config.number('rms_norm_eps', 1e-6),
    activation: activationNamed(config.text('hidden_act', 'silu'), 'hidden_act'),
  }
}

interface Block {
  readonly attentionNorm: Layer
  readonly query: Layer
  readonly key: Layer
  readonly value: Layer
  readonly out: Layer
  readonly feedForwardNorm: Layer
  readonly feedForward: Layer
}

function readBlock(tensors: Tensors, name: string, { sizes, biases }: GatedDesign): Block {
  const { width, heads, keyHeads, headWidth, inner, epsilon, activation } = sizes
  const attention = (part: string, from: number, to: number, hasBias: boolean): Layer =>
    linearLayer(tensors, `${name}.self_attn.${part}_proj`, from, to, hasBias)
  const feedForward = (part: string, from: number, to: number): Layer =>
    linearLayer(tensors, `${name}.mlp.${part}_proj`, from, to, biases.feedForward)
  const gate = feedForward('gate', width, inner)
  const up = feedForward('up', width, inner)
  const down = feedForward('down', inner, width)
  return {
    attentionNorm: rmsNormLayer(tensors, `${name}.input_layernorm`, width, epsilon),
    query: attention('q', width, heads * headWidth, biases.inputs),
    key: attention('k', width, keyHeads * headWidth, biases.inputs),
    value: attention('v', width, keyHeads * headWidth, biases.inputs),
    out: attention('o', heads * headWidth, width, biases.output),
    feedForwardNorm: rmsNormLayer(tensors, `${name}.post_attention_layernorm`, width, epsilon),
    feedForward: (x) => down(mul(activation(gate(x)), up(x))),
  }
}

function decode(layers: Layers<Block>, design: GatedDesign, input: DecoderInput, hooks: Hooks): DecoderOutput {
  const { heads, keyHeads, headWidth } = design.sizes
  const placeOf = placesOf(design.rope, input)
  return runDecoder(layers, input.embeddings, input, hooks, (x, block, { layer, past, rows }) => {
    const site = { kind: 'decoder', layer, hooks, heads, scale: headWidth ** -0.5 } as const
    const place = placeOf(rows)
    const normed = block.attentionNorm(x)
    const cache = grow(past, {
      keys: turn(splitHeads(block.key(normed), keyHeads), place.keys),
      values: splitHeads(block.value(normed), keyHeads),
    })
    const queries = turn(splitHeads(block.query(pickRows(normed, rows)), heads), place.queries)
    const mask = place.mask(cache.keys.shape.at(-2)!, design.windows[layer] ?? null)
    const mixed = add(pickRows(x, rows), block.out(attendHeads(queries, cache, mask, site)))
    return { x: add(mixed, block.feedForward(block.feedForwardNorm(mixed))), cache }
  })
}

/** A model of the family. */
export function gatedModel(config: Fields, tensors: Tensors, design: GatedDesign): Model {
  const { vocabulary, width, layers, heads, keyHeads, headWidth, epsilon } = design.sizes
  const isTied = config.flag('tie_word_embeddings', false)
  const shape = [vocabulary, width] as const
  const names = { table: 'model.embed_tokens.weight', heads: [headName] }
  const { table, head } = readTiedHead(tensors, shape, names, isTied)
  const blocks = Array.from({ length: layers }, (_, l) => readBlock(tensors, `model.layers.${l}`, design))
  const finalNorm = rmsNormLayer(tensors, 'model.norm', width, epsilon)
  return decoderOnly(config, {
    architecture: design.architecture,
    stateWidth: width,
    layers,
    heads,
    cache: { heads: keyHeads, width: headWidth },
    maxTokens: null,
    hasSingularZero: true,
    ...steadiness(design.rope),
    table,
    head,
    decode: (input, hooks) => decode({ blocks, finish: finalNorm }, design, input, hooks),
    finish: finalNorm,
  })
}
