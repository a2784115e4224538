/** OPT (Zhang et al. 2022, as in transformers' `modeling_opt.py`): learned positions, norms before or after, embeddings that may be narrower. */
import type { Fields } from '#compute/checkpoint/fields.ts'
import { constant } from '#compute/graph/node.ts'
import type { Value } from '#compute/graph/value.ts'
import { add } from '#compute/ops/elementwise.ts'
import { layerNorm } from '#compute/ops/normalise.ts'
import { activationNamed } from './activations.ts'
import type { Activation } from './activations.ts'
import {
  addPositions,
  attend,
  cacheOf,
  causalMasks,
  fedPositions,
  grow,
  identity,
  linearLayer,
  normLayer,
  pickRows,
} from './blocks.ts'
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
  /** Width of the token embeddings. */
  readonly embedded: number
  readonly vocabulary: number
  readonly maxTokens: number
  readonly layers: number
  readonly heads: number
  readonly inner: number
  readonly activation: Activation
  readonly normFirst: boolean
  readonly hasBias: boolean
  readonly hasAffineNorm: boolean
}

/** Two rows of the table of positions stand before that of the first token. */
const positionOffset = 2

const normEpsilon = 1e-5

export const opt: Architecture = {
  modelType: 'opt',
  kind: 'decoder-only',
  base: 'model.',
  open: (config, tensors) => {
    const sizes = readSizes(config)
    const { width, embedded, vocabulary, maxTokens, layers, heads } = sizes
    const part = (name: string): string => `model.decoder.${name}`
    const isTied = config.flag('tie_word_embeddings', true)
    const names = { table: part('embed_tokens.weight'), heads: [headName] }
    const { table, head } = readTiedHead(tensors, [vocabulary, embedded], names, isTied)
    const positions = tensors.read([maxTokens + positionOffset, width], part('embed_positions.weight'))
    const project = (name: string, from: number, to: number): Layer =>
      embedded === width ? identity : linearLayer(tensors, part(name), from, to, false)
    const projectIn = project('project_in', embedded, width)
    const projectOut = project('project_out', width, embedded)
    const hasFinalNorm = sizes.normFirst && !config.flag('_remove_final_layer_norm', false)
    const finalNorm = hasFinalNorm ? readNorm(tensors, part('final_layer_norm'), sizes) : identity
    const blocks = Array.from({ length: layers }, (_, l) => readBlock(tensors, part(`layers.${l}`), sizes))
    const finish: Layer = (states) => projectOut(finalNorm(states))
    const embed = (input: DecoderInput): Value =>
      addPositions(projectIn(input.embeddings), positions, add(fedPositions(input), positionOffset))
    return decoderOnly(config, {
      architecture: 'opt',
      stateWidth: width,
      layers,
      heads,
      cache: { heads, width: width / heads },
      maxTokens,
      special: { pad: 1, bos: 2, end: [2] },
      table,
      head,
      decode: (input, hooks) => {
        const entering = input.from === undefined ? embed(input) : input.embeddings
        return decode({ blocks, finish }, sizes, entering, input, hooks)
      },
      finish,
    })
  },
}

function readSizes(config: Fields): Sizes {
  const width = config.whole('hidden_size', 768)
  const heads = config.whole('num_attention_heads', 12)
  requireDivision('hidden_size', width, 'num_attention_heads', heads)
  return {
    width,
    embedded: config.whole('word_embed_proj_dim', width),
    vocabulary: config.whole('vocab_size', 50272),
    maxTokens: config.whole('max_position_embeddings', 2048),
    layers: config.whole('num_hidden_layers', 12, 0),
    heads,
    inner: config.whole('ffn_dim', 3072),
    activation: activationNamed(config.text('activation_function', 'relu'), 'activation_function'),
    normFirst: config.flag('do_layer_norm_before', true),
    hasBias: config.flag('enable_bias', true),
    hasAffineNorm: config.flag('layer_norm_elementwise_affine', true),
  }
}

interface Block {
  readonly query: Layer
  readonly key: Layer
  readonly value: Layer
  readonly out: Layer
  readonly attentionNorm: Layer
  readonly feedForward: Layer
  readonly feedForwardNorm: Layer
}

function readNorm(tensors: Tensors, name: string, { width, hasAffineNorm }: Sizes): Layer {
  if (hasAffineNorm) return normLayer(tensors, name, width, normEpsilon)
  const scale = constant('float32', [width], new Float32Array(width).fill(1))
  const bias = constant('float32', [width], new Float32Array(width))
  return (x) => layerNorm(x, scale, bias, normEpsilon)
}

function readBlock(tensors: Tensors, name: string, sizes: Sizes): Block {
  const { width, inner, activation, hasBias } = sizes
  const attention = (part: string): Layer =>
    linearLayer(tensors, `${name}.self_attn.${part}_proj`, width, width, hasBias)
  const widen = linearLayer(tensors, `${name}.fc1`, width, inner, hasBias)
  const narrow = linearLayer(tensors, `${name}.fc2`, inner, width, hasBias)
  return {
    query: attention('q'),
    key: attention('k'),
    value: attention('v'),
    out: attention('out'),
    attentionNorm: readNorm(tensors, `${name}.self_attn_layer_norm`, sizes),
    feedForward: (x) => narrow(activation(widen(x))),
    feedForwardNorm: readNorm(tensors, `${name}.final_layer_norm`, sizes),
  }
}

function decode(
  layers: Layers<Block>,
  sizes: Sizes,
  embedded: Value,
  input: DecoderInput,
  hooks: Hooks,
): DecoderOutput {
  const { heads, width, normFirst } = sizes
  const [before, after] = normFirst ? [(norm: Layer) => norm, () => identity] : [() => identity, (norm: Layer) => norm]
  const maskOf = causalMasks(input)
  return runDecoder(layers, embedded, input, hooks, (x, block, { layer, past, rows }) => {
    const site = { kind: 'decoder', layer, hooks, heads, scale: (width / heads) ** -0.5 } as const
    const read = before(block.attentionNorm)(x)
    const cache = grow(past, cacheOf(block, read, heads))
    const queries = block.query(pickRows(read, rows))
    const attended = add(pickRows(x, rows), block.out(attend(queries, cache, maskOf(rows), site)))
    const mixed = after(block.attentionNorm)(attended)
    const fed = add(mixed, block.feedForward(before(block.feedForwardNorm)(mixed)))
    return { x: after(block.feedForwardNorm)(fed), cache }
  })
}
