/**
 * T5, its version 1.1 and Flan-T5 (Raffel et al. 2019, as in transformers' `modeling_t5.py`): root-mean-square norms first,
 * distances instead of positions, no biases, scores that are not scaled.
 */
import type { Fields } from '#compute/checkpoint/fields.ts'
import { ComputeError } from '#compute/errors.ts'
import type { Dim, Value } from '#compute/graph/value.ts'
import { causalMask } from '#compute/ops/attention.ts'
import { add, mul } from '#compute/ops/elementwise.ts'
import { linear } from '#compute/ops/matrix.ts'
import { squeeze, unsqueeze } from '#compute/ops/shape.ts'
import { activationNamed } from './activations.ts'
import type { Activation } from './activations.ts'
import { attend, cacheOf, everyPosition, grow, linearLayer, pickRows, rmsNormLayer } from './blocks.ts'
import type { AttentionSite, Layer } from './blocks.ts'
import { memoryCache } from './encoder-decoder.ts'
import type { Attention, Block } from './encoder-decoder.ts'
import { runDecoder, runLayers } from './layers.ts'
import type { Layers } from './layers.ts'
import type { Architecture, DecoderInput, DecoderOutput, Hooks, Model, Rows } from './model.ts'
import { positionBias } from './relative-positions.ts'
import type { PositionBias } from './relative-positions.ts'
import { readSpecialIds } from './special-ids.ts'
import type { Tensors } from './tensors.ts'
import { headName, tableNames } from './tied-embedding.ts'

interface Sizes {
  readonly width: number
  readonly heads: number
  readonly headWidth: number
  readonly inner: number
  readonly epsilon: number
  readonly activation: Activation
  readonly isGated: boolean
  readonly layers: { readonly encoder: number; readonly decoder: number }
  readonly buckets: number
  readonly maxDistance: number
}

export const t5: Architecture = {
  modelType: 't5',
  kind: 'encoder-decoder',
  base: 'transformer.',
  open: (config, tensors) => {
    const sizes = readSizes(config)
    const { width, layers, heads, headWidth } = sizes
    const vocabulary = config.whole('vocab_size', 32128)
    const { source, output, head } = readTables(tensors, [vocabulary, width])
    const encoder = readStack(tensors, 'encoder', sizes)
    const decoder = readStack(tensors, 'decoder', sizes)
    const scale = scalesOutput(config) ? width ** -0.5 : 1
    return {
      architecture: 't5',
      kind: 'encoder-decoder',
      width,
      stateWidth: width,
      vocabulary: { source: vocabulary, output: vocabulary },
      layers,
      heads: { encoder: heads, decoder: heads },
      cache: { heads, width: headWidth },
      maxTokens: null,
      hasSingularZero: true,
      special: {
        ...readSpecialIds(config, { pad: 0, bos: null, end: [1] }),
        start: config.id('decoder_start_token_id'),
      },
      embeddings: (side) => ({ table: side === 'source' ? source : output, scale: 1 }),
      encode: (embeddings, hooks, from) => encode(encoder, embeddings, hooks, from),
      crossCaches: (states) => decoder.blocks.map(({ cross }) => cacheOf(cross!, states, heads)),
      decode: (input, hooks) => decode(decoder, input, hooks),
      finish: decoder.finish,
      head: (states) => linear(scale === 1 ? states : mul(states, scale), head, null),
    } satisfies Model
  },
}

/**
 * Whether decoder states are scaled before the head: version 1.1 does not. Configurations say so by name since transformers 5;
 * before, by calling the head not tied.
 */
const scalesOutput = (config: Fields): boolean =>
  config.flag('scale_decoder_outputs', config.flag('tie_word_embeddings', true))

/** Tables and head as they are stored; what the file leaves out is another name of what it has, whatever is said of ties. */
function readTables(tensors: Tensors, shape: readonly number[]): { source: Value; output: Value; head: Value } {
  const { shared, encoder, decoder } = tableNames('transformer.')
  return {
    source: tensors.read(shape, encoder, shared, decoder, headName),
    output: tensors.read(shape, decoder, shared, encoder, headName),
    head: tensors.read(shape, headName, shared, encoder, decoder),
  }
}

function readSizes(config: Fields): Sizes {
  const layers = config.whole('num_layers', config.whole('num_hidden_layers', 6, 0), 0)
  const buckets = config.whole('relative_attention_num_buckets', 32, 4)
  const maxDistance = config.whole('relative_attention_max_distance', 128)
  if (maxDistance <= Math.floor(buckets / 2) || maxDistance > mostDistance) {
    const range = `above half of relative_attention_num_buckets (${buckets}) and at most ${mostDistance}`
    throw new ComputeError(
      'unsupported',
      `config.json: relative_attention_max_distance ${maxDistance} must be ${range}`,
    )
  }
  const [activation, isGated] = readFeedForward(config)
  return {
    width: config.whole('d_model', config.whole('hidden_size', 512)),
    heads: config.whole('num_heads', config.whole('num_attention_heads', 8)),
    headWidth: config.whole('d_kv', config.whole('head_dim', 64)),
    inner: config.whole('d_ff', 2048),
    epsilon: config.number('layer_norm_epsilon', 1e-6),
    activation: activationNamed(activation, config.has('dense_act_fn') ? 'dense_act_fn' : 'feed_forward_proj'),
    isGated,
    layers: { encoder: layers, decoder: config.whole('num_decoder_layers', layers, 0) },
    buckets,
    maxDistance,
  }
}

/** Every distance up to the last bucket is a row of a small table. */
const mostDistance = 65_536

/** `relu`, `gated-gelu`, …; `dense_act_fn` and `is_gated_act`, where they stand, say the same with more authority. */
function readFeedForward(config: Fields): readonly [activation: string, isGated: boolean] {
  const projection = config.text('feed_forward_proj', 'relu')
  const parts = projection.split('-')
  const isGated = parts[0] === 'gated'
  if (parts.length > 2 || (parts.length === 2 && !isGated)) {
    const found = JSON.stringify(projection)
    throw new ComputeError(
      'unsupported',
      `config.json: feed_forward_proj is ${found}; it must be an activation or gated-…`,
    )
  }
  const named = projection === 'gated-gelu' ? 'gelu_new' : parts.at(-1)!
  return [config.text('dense_act_fn', named), config.flag('is_gated_act', isGated)]
}

interface Stack extends Layers<Block> {
  readonly heads: number
  /** Stored with the first layer, used by all. */
  readonly bias: PositionBias
}

function readStack(tensors: Tensors, side: 'encoder' | 'decoder', sizes: Sizes): Stack {
  const { width, heads, epsilon, buckets, maxDistance } = sizes
  const name = `transformer.${side}`
  const table = tensors.read([buckets, heads], `${name}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`)
  return {
    heads,
    blocks: Array.from({ length: sizes.layers[side] }, (_, l) =>
      readBlock(tensors, `${name}.block.${l}`, side === 'decoder', sizes),
    ),
    bias: positionBias(table, { count: buckets, maxDistance, isBidirectional: side === 'encoder' }),
    finish: rmsNormLayer(tensors, `${name}.final_layer_norm`, width, epsilon),
  }
}

function readBlock(tensors: Tensors, name: string, hasCross: boolean, sizes: Sizes): Block {
  const last = `${name}.layer.${hasCross ? 2 : 1}`
  return {
    self: readAttention(tensors, `${name}.layer.0`, 'SelfAttention', sizes),
    cross: hasCross ? readAttention(tensors, `${name}.layer.1`, 'EncDecAttention', sizes) : null,
    feedForward: readDense(tensors, `${last}.DenseReluDense`, sizes),
    norm: rmsNormLayer(tensors, `${last}.layer_norm`, sizes.width, sizes.epsilon),
  }
}

function readAttention(tensors: Tensors, name: string, kind: string, sizes: Sizes): Attention {
  const { width, heads, headWidth, epsilon } = sizes
  const inner = heads * headWidth
  const layer = (part: string): Layer => linearLayer(tensors, `${name}.${kind}.${part}`, width, inner, false)
  return {
    query: layer('q'),
    key: layer('k'),
    value: layer('v'),
    out: linearLayer(tensors, `${name}.${kind}.o`, inner, width, false),
    norm: rmsNormLayer(tensors, `${name}.layer_norm`, width, epsilon),
  }
}

function readDense(tensors: Tensors, name: string, { width, inner, activation, isGated }: Sizes): Layer {
  const widen = (part: string): Layer => linearLayer(tensors, `${name}.${part}`, width, inner, false)
  const narrow = linearLayer(tensors, `${name}.wo`, inner, width, false)
  if (!isGated) {
    const only = widen('wi')
    return (x) => narrow(activation(only(x)))
  }
  const [gate, value] = [widen('wi_0'), widen('wi_1')]
  return (x) => narrow(mul(activation(gate(x)), value(x)))
}

function encode(stack: Stack, embedded: Value, hooks: Hooks, from: number | undefined): Value {
  const { heads, bias } = stack
  const tokens = embedded.shape.at(-2)!
  const distances = bias(everyPosition(tokens), tokens)
  return runLayers('encoder', stack, embedded, { from, hooks }, (x, { self, feedForward, norm }, layer) => {
    const read = self.norm(x)
    const site: AttentionSite = { kind: 'encoder', layer, hooks, heads, scale: 1 }
    const mixed = add(x, self.out(attend(self.query(read), cacheOf(self, read, heads), distances, site)))
    return add(mixed, feedForward(norm(mixed)))
  })
}

function decode(stack: Stack, input: DecoderInput, hooks: Hooks): DecoderOutput {
  const { heads, bias } = stack
  let full: Value | null = null
  return runDecoder(stack, input.embeddings, input, hooks, (x, block, { layer, past, rows }) => {
    const { self, feedForward, norm } = block
    const cross = block.cross! // every layer of a decoder has it
    const site = (kind: 'decoder' | 'cross'): AttentionSite => ({ kind, layer, hooks, heads, scale: 1 })
    const read = self.norm(x)
    const cache = grow(past, cacheOf(self, read, heads))
    const keys = cache.keys.shape.at(-2)!
    full ??= maskOf(bias, input, keys)
    const mask = rows === undefined ? full : pickedMask(bias, rows, keys)
    const mixed = add(
      pickRows(x, rows),
      self.out(attend(self.query(pickRows(read, rows)), cache, mask, site('decoder'))),
    )
    const seen = memoryCache(input.memory, layer, cross, heads)
    const informed = add(mixed, cross.out(attend(cross.query(cross.norm(mixed)), seen, null, site('cross'))))
    return { x: add(informed, feedForward(norm(informed))), cache }
  })
}

/** Distances of all queries, later keys hidden; of the one token after the past, which may see all keys. */
function maskOf(bias: PositionBias, { past }: DecoderInput, keys: Dim): Value {
  if (past !== undefined) return bias(unsqueeze(past.length, [1]), keys)
  const queries = everyPosition(keys)
  return add(bias(queries, keys), causalMask(queries, keys))
}

/** The same of picked rows, [K, nodes, heads, R, keys]. */
const pickedMask = (bias: PositionBias, { positions }: Rows, keys: Dim): Value =>
  add(bias(squeeze(positions, [2]), keys), causalMask(positions, keys))
