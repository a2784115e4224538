/** GPT-2 (Radford et al. 2019, as in transformers' `modeling_gpt2.py`): norms first and one at the end, learned positions. */
import type { Fields } from '#compute/checkpoint/fields.ts'
import type { Value } from '#compute/graph/value.ts'
import { splitHeads } from '#compute/ops/attention.ts'
import { add } from '#compute/ops/elementwise.ts'
import { project } from '#compute/ops/matrix.ts'
import { split } from '#compute/ops/shape.ts'
import { activationNamed } from './activations.ts'
import type { Activation } from './activations.ts'
import { addPositions, attend, causalMasks, fedPositions, grow, normLayer, pickRows } from './blocks.ts'
import type { Layer } from './blocks.ts'
import { decoderOnly } from './decoder-only.ts'
import { requireDivision } from './division.ts'
import { runDecoder } from './layers.ts'
import type { Layers } from './layers.ts'
import type { Architecture, DecoderInput, DecoderOutput, Hooks } from './model.ts'
import type { Tensors } from './tensors.ts'
import { headName, readTiedHead } from './tied-embedding.ts'

interface Sizes {
  readonly width: number
  readonly layers: number
  readonly heads: number
  readonly inner: number
  readonly epsilon: number
  readonly activation: Activation
  /** Factor of the attention scores of a layer. */
  readonly scale: (layer: number) => number
}

interface Block {
  readonly attentionNorm: Layer
  /** Queries, keys and values beside each other. */
  readonly attention: Layer
  readonly out: Layer
  readonly feedForwardNorm: Layer
  readonly feedForward: Layer
}

export const gpt2: Architecture = {
  modelType: 'gpt2',
  kind: 'decoder-only',
  base: 'transformer.',
  open: (config, tensors) => {
    config.require('add_cross_attention', [false])
    const sizes = readSizes(config)
    const { width, layers, heads } = sizes
    const vocabulary = config.whole('vocab_size', 50257)
    const maxTokens = config.whole('n_positions', config.whole('max_position_embeddings', 1024))
    const isTied = config.flag('tie_word_embeddings', true)
    const names = { table: 'transformer.wte.weight', heads: [headName] }
    const { table, head } = readTiedHead(tensors, [vocabulary, width], names, isTied)
    const positions = tensors.read([maxTokens, width], 'transformer.wpe.weight')
    const blocks = Array.from({ length: layers }, (_, l) => readBlock(tensors, `transformer.h.${l}`, sizes))
    const finalNorm = normLayer(tensors, 'transformer.ln_f', width, sizes.epsilon)
    return decoderOnly(config, {
      architecture: 'gpt2',
      stateWidth: width,
      layers,
      heads,
      cache: { heads, width: width / heads },
      maxTokens,
      table,
      head,
      decode: (input, hooks) => {
        const { embeddings, from } = input
        const embedded = from === undefined ? addPositions(embeddings, positions, fedPositions(input)) : embeddings
        return decode({ blocks, finish: finalNorm }, sizes, embedded, input, hooks)
      },
      finish: finalNorm,
    })
  },
}

function readSizes(config: Fields): Sizes {
  const width = config.whole('n_embd', config.whole('hidden_size', 768))
  const heads = config.whole('n_head', config.whole('num_attention_heads', 12))
  requireDivision('n_embd', width, 'n_head', heads)
  const root = config.flag('scale_attn_weights', true) ? (width / heads) ** -0.5 : 1
  const byLayer = config.flag('scale_attn_by_inverse_layer_idx', false)
  return {
    width,
    heads,
    layers: config.whole('n_layer', config.whole('num_hidden_layers', 12, 0), 0),
    inner: config.whole('n_inner', 4 * width),
    epsilon: config.number('layer_norm_epsilon', 1e-5),
    activation: activationNamed(config.text('activation_function', 'gelu_new'), 'activation_function'),
    scale: (layer) => (byLayer ? root / (layer + 1) : root),
  }
}

/** A linear layer stored as `<name>.weight` [in, out]. */
function projection(tensors: Tensors, name: string, from: number, to: number): Layer {
  const weight = tensors.read([from, to], `${name}.weight`)
  const bias = tensors.read([to], `${name}.bias`)
  return (x) => project(x, weight, bias)
}

function readBlock(tensors: Tensors, name: string, { width, inner, epsilon, activation }: Sizes): Block {
  const widen = projection(tensors, `${name}.mlp.c_fc`, width, inner)
  const narrow = projection(tensors, `${name}.mlp.c_proj`, inner, width)
  return {
    attentionNorm: normLayer(tensors, `${name}.ln_1`, width, epsilon),
    attention: projection(tensors, `${name}.attn.c_attn`, width, 3 * width),
    out: projection(tensors, `${name}.attn.c_proj`, width, width),
    feedForwardNorm: normLayer(tensors, `${name}.ln_2`, width, epsilon),
    feedForward: (x) => narrow(activation(widen(x))),
  }
}

function decode(
  layers: Layers<Block>,
  sizes: Sizes,
  embedded: Value,
  input: DecoderInput,
  hooks: Hooks,
): DecoderOutput {
  const { heads } = sizes
  const maskOf = causalMasks(input)
  return runDecoder(layers, embedded, input, hooks, (x, block, { layer, past, rows }) => {
    const site = { kind: 'decoder', layer, hooks, heads, scale: sizes.scale(layer) } as const
    const [query, key, value] = split(block.attention(block.attentionNorm(x)), -1, 3) as [Value, Value, Value]
    const cache = grow(past, { keys: splitHeads(key, heads), values: splitHeads(value, heads) })
    const mixed = add(pickRows(x, rows), block.out(attend(pickRows(query, rows), cache, maskOf(rows), site)))
    return { x: add(mixed, block.feedForward(block.feedForwardNorm(mixed))), cache }
  })
}
