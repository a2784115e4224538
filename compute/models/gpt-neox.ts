/** GPT-NeoX (Black et al. 2022, as in transformers' `modeling_gpt_neox.py`), of which Pythia is one: partly rotated heads, attention and feed-forward side by side. */
import type { Fields } from '#compute/checkpoint/fields.ts'
import type { Value } from '#compute/graph/value.ts'
import { splitHeads } from '#compute/ops/attention.ts'
import { add } from '#compute/ops/elementwise.ts'
import { reshape, split } from '#compute/ops/shape.ts'
import { activationNamed } from './activations.ts'
import type { Activation } from './activations.ts'
import { attendHeads, grow, linearLayer, normLayer, pickRows } from './blocks.ts'
import type { Layer } from './blocks.ts'
import { decoderOnly } from './decoder-only.ts'
import { requireDivision } from './division.ts'
import { runDecoder } from './layers.ts'
import type { Layers } from './layers.ts'
import type { Architecture, DecoderInput, DecoderOutput, Hooks } from './model.ts'
import { readRope } from './rope-parameters.ts'
import type { RopeParameters } from './rope-parameters.ts'
import { placesOf } from './rotary-places.ts'
import { steadiness, turn } from './rotary.ts'
import type { Tensors } from './tensors.ts'
import { headName, readTiedHead } from './tied-embedding.ts'

interface Design {
  readonly width: number
  readonly layers: number
  readonly heads: number
  readonly inner: number
  readonly epsilon: number
  readonly activation: Activation
  readonly rope: RopeParameters
  readonly hasBias: boolean
  /** Attention and feed-forward read the same states and are added together; else one after the other. */
  readonly isParallel: boolean
}

interface Block {
  readonly attentionNorm: Layer
  /** Per head its query, key and value beside each other. */
  readonly attention: Layer
  readonly out: Layer
  readonly feedForwardNorm: Layer
  readonly feedForward: Layer
}

export const gptNeox: Architecture = {
  modelType: 'gpt_neox',
  kind: 'decoder-only',
  base: 'gpt_neox.',
  open: (config, tensors) => {
    const design = readDesign(config)
    const { width, layers, heads, epsilon, rope } = design
    const vocabulary = config.whole('vocab_size', 50432)
    const isTied = config.flag('tie_word_embeddings', false)
    const names = { table: 'gpt_neox.embed_in.weight', heads: ['embed_out.weight', headName] }
    const { table, head } = readTiedHead(tensors, [vocabulary, width], names, isTied)
    const blocks = Array.from({ length: layers }, (_, l) => readBlock(tensors, `gpt_neox.layers.${l}`, design))
    const finalNorm = normLayer(tensors, 'gpt_neox.final_layer_norm', width, epsilon)
    return decoderOnly(config, {
      architecture: 'gpt_neox',
      stateWidth: width,
      layers,
      heads,
      cache: { heads, width: width / heads },
      maxTokens: null,
      hasSingularZero: true,
      ...steadiness(rope),
      table,
      head,
      decode: (input, hooks) => decode({ blocks, finish: finalNorm }, design, input, hooks),
      finish: finalNorm,
    })
  },
}

function readDesign(config: Fields): Design {
  const width = config.whole('hidden_size', 6144)
  const heads = config.whole('num_attention_heads', 64)
  requireDivision('hidden_size', width, 'num_attention_heads', heads)
  config.require('head_dim', [width / heads])
  return {
    width,
    heads,
    layers: config.whole('num_hidden_layers', 44, 0),
    inner: config.whole('intermediate_size', 24576),
    epsilon: config.number('layer_norm_eps', 1e-5),
    activation: activationNamed(config.text('hidden_act', 'gelu'), 'hidden_act'),
    rope: readRope(config, width / heads, {
      theta: 'rotary_emb_base',
      fraction: { name: 'rotary_pct', otherwise: 0.25 },
    }),
    hasBias: config.flag('attention_bias', true),
    isParallel: config.flag('use_parallel_residual', true),
  }
}

function readBlock(tensors: Tensors, name: string, design: Design): Block {
  const { width, inner, epsilon, activation, hasBias } = design
  const widen = linearLayer(tensors, `${name}.mlp.dense_h_to_4h`, width, inner)
  const narrow = linearLayer(tensors, `${name}.mlp.dense_4h_to_h`, inner, width)
  return {
    attentionNorm: normLayer(tensors, `${name}.input_layernorm`, width, epsilon),
    attention: linearLayer(tensors, `${name}.attention.query_key_value`, width, 3 * width, hasBias),
    out: linearLayer(tensors, `${name}.attention.dense`, width, width, hasBias),
    feedForwardNorm: normLayer(tensors, `${name}.post_attention_layernorm`, width, epsilon),
    feedForward: (x) => narrow(activation(widen(x))),
  }
}

/** Queries, keys and values [..., tokens, width] out of [..., tokens, heads · 3 · head width]. */
function takeApart(x: Value, heads: number): readonly [Value, Value, Value] {
  const tokens = x.shape.slice(0, -1)
  const width = (x.shape.at(-1) as number) / 3 // a weight made it, so it is known
  const parts = split(reshape(x, [...tokens, heads, (3 * width) / heads]), -1, 3)
  return parts.map((part) => reshape(part, [...tokens, width])) as [Value, Value, Value] // three parts
}

function decode(layers: Layers<Block>, design: Design, input: DecoderInput, hooks: Hooks): DecoderOutput {
  const { heads, width, rope, isParallel } = design
  const placeOf = placesOf(rope, input)
  return runDecoder(layers, input.embeddings, input, hooks, (x, block, { layer, past, rows }) => {
    const site = { kind: 'decoder', layer, hooks, heads, scale: (width / heads) ** -0.5 } as const
    const place = placeOf(rows)
    const [query, key, value] = takeApart(block.attention(block.attentionNorm(x)), heads)
    const cache = grow(past, { keys: turn(splitHeads(key, heads), place.keys), values: splitHeads(value, heads) })
    const queries = turn(splitHeads(pickRows(query, rows), heads), place.queries)
    const mask = place.mask(cache.keys.shape.at(-2)!, null)
    const kept = pickRows(x, rows)
    const mixed = add(kept, block.out(attendHeads(queries, cache, mask, site)))
    return { x: add(mixed, block.feedForward(block.feedForwardNorm(isParallel ? kept : mixed))), cache }
  })
}
