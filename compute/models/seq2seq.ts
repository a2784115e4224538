/** The encoder-decoder transformer of the BART family, of which each architecture is one design. */
import type { Fields } from '#compute/checkpoint/fields.ts'
import type { Value } from '#compute/graph/value.ts'
import { add } from '#compute/ops/elementwise.ts'
import { linear } from '#compute/ops/matrix.ts'
import { reshape } from '#compute/ops/shape.ts'
import type { AttentionKind } from '#compute/types.ts'
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
import { requireDivision } from './division.ts'
import { memoryCache } from './encoder-decoder.ts'
import type { Attention, Block } from './encoder-decoder.ts'
import { runDecoder, runLayers } from './layers.ts'
import type { Layers } from './layers.ts'
import type { DecoderInput, DecoderOutput, Hooks, Model, SpecialIds } from './model.ts'
import { readSpecialIds } from './special-ids.ts'
import type { Tensors } from './tensors.ts'
import type { Embeddings } from './tied-embedding.ts'

/** Where norms stand. */
export interface Norms {
  /** Before attention and feed-forward, with one more at the end; else after each. */
  readonly normFirst: boolean
  /** One on the embeddings after positions were added. */
  readonly hasEmbeddingNorm: boolean
}

/** What the architectures of the family differ in. */
export interface Seq2SeqDesign extends Embeddings, Norms {
  readonly architecture: string
  readonly positions: Positions
  /** What a configuration that names no special token means. */
  readonly special: SpecialIds
}

/** Tables [offset + most tokens, width] of either side; the first token takes row `offset`. */
export interface Positions {
  readonly encoder: Value
  readonly decoder: Value
  readonly offset: number
}

/** Sizes that the whole family names alike. */
export interface Seq2SeqSizes {
  readonly width: number
  readonly maxTokens: number
  readonly embeddingScale: number
  readonly activation: Activation
  readonly encoder: SideSizes
  readonly decoder: SideSizes
}

interface SideSizes {
  readonly layers: number
  readonly heads: number
  readonly inner: number
}

const normEpsilon = 1e-5

/** What the configurations of the family do not agree on where a field is left out. */
export interface SizeDefaults {
  readonly activation: string
  readonly scalesEmbedding: boolean
}

/** Fails on an older configuration whose switches say otherwise than the architecture. */
export function requireNorms(config: Fields, { normFirst, hasEmbeddingNorm }: Norms): void {
  config.require('normalize_before', [normFirst])
  config.require('normalize_embedding', [hasEmbeddingNorm])
  config.require('add_final_layer_norm', [normFirst])
}

/** Other defaults are those that all configurations of the family in transformers agree on. */
export function readSizes(config: Fields, defaults: SizeDefaults): Seq2SeqSizes {
  const width = config.whole('d_model', config.whole('hidden_size', 1024))
  const side = (name: string): SideSizes => {
    const heads = config.whole(`${name}_attention_heads`, 16)
    requireDivision('d_model', width, `${name}_attention_heads`, heads)
    return { layers: config.whole(`${name}_layers`, 12, 0), heads, inner: config.whole(`${name}_ffn_dim`, 4096) }
  }
  return {
    width,
    maxTokens: config.whole('max_position_embeddings', 1024),
    embeddingScale: config.flag('scale_embedding', defaults.scalesEmbedding) ? Math.sqrt(width) : 1,
    activation: activationNamed(config.text('activation_function', defaults.activation), 'activation_function'),
    encoder: side('encoder'),
    decoder: side('decoder'),
  }
}

function readAttention(tensors: Tensors, name: string, width: number): Attention {
  const layer = (part: string): Layer => linearLayer(tensors, `${name}.${part}_proj`, width, width)
  const norm = normLayer(tensors, `${name}_layer_norm`, width, normEpsilon)
  return { query: layer('q'), key: layer('k'), value: layer('v'), out: layer('out'), norm }
}

function readBlock(tensors: Tensors, name: string, hasCross: boolean, sizes: Seq2SeqSizes, inner: number): Block {
  const { width, activation } = sizes
  const widen = linearLayer(tensors, `${name}.fc1`, width, inner)
  const narrow = linearLayer(tensors, `${name}.fc2`, inner, width)
  return {
    self: readAttention(tensors, `${name}.self_attn`, width),
    cross: hasCross ? readAttention(tensors, `${name}.encoder_attn`, width) : null,
    feedForward: (x) => narrow(activation(widen(x))),
    norm: normLayer(tensors, `${name}.final_layer_norm`, width, normEpsilon),
  }
}

/** Learned positions of BART and mBART: two rows stand before that of the first token. */
export function learnedPositions(tensors: Tensors, { maxTokens, width }: Seq2SeqSizes): Positions {
  const offset = 2
  const read = (side: string): Value =>
    tensors.read([maxTokens + offset, width], `model.${side}.embed_positions.weight`)
  return { encoder: read('encoder'), decoder: read('decoder'), offset }
}

/** One side of the model; it ends with a norm where norms come first. */
interface Stack extends Layers<Block> {
  readonly sizes: SideSizes
  readonly normFirst: boolean
  /** Scaled token embeddings and the positions of their tokens to what the first block reads. */
  readonly embed: (embeddings: Value, positions: Value) => Value
}

function readStack(tensors: Tensors, side: 'encoder' | 'decoder', design: Seq2SeqDesign, sizes: Seq2SeqSizes): Stack {
  const own = sizes[side]
  const blocks = Array.from({ length: own.layers }, (_, l) =>
    readBlock(tensors, `model.${side}.layers.${l}`, side === 'decoder', sizes, own.inner),
  )
  const norm = (name: string): Layer => normLayer(tensors, `model.${side}.${name}`, sizes.width, normEpsilon)
  const embeddingNorm = design.hasEmbeddingNorm ? norm('layernorm_embedding') : null
  const { [side]: table, offset } = design.positions
  const embed = (embeddings: Value, positions: Value): Value => {
    const embedded = addPositions(embeddings, table, offset === 0 ? positions : add(positions, offset))
    return embeddingNorm?.(embedded) ?? embedded
  }
  const finish = design.normFirst ? norm('layer_norm') : identity
  return { sizes: own, normFirst: design.normFirst, embed, blocks, finish }
}

/** x + f(norm(x)), or norm(x + f(x)). */
function residual({ normFirst }: Stack, norm: Layer, x: Value, f: (x: Value) => Value): Value {
  return normFirst ? add(x, f(norm(x))) : norm(add(x, f(x)))
}

function siteOf(stack: Stack, width: number, kind: AttentionKind, layer: number, hooks: Hooks) {
  const { heads } = stack.sizes
  return { kind, layer, hooks, heads, scale: (width / heads) ** -0.5 }
}

function encode(stack: Stack, width: number, embedded: Value, hooks: Hooks, from: number | undefined): Value {
  return runLayers('encoder', stack, embedded, { from, hooks }, (x, { self, feedForward, norm }, layer) => {
    const site = siteOf(stack, width, 'encoder', layer, hooks)
    const mixed = residual(stack, self.norm, x, (h) =>
      self.out(attend(self.query(h), cacheOf(self, h, site.heads), null, site)),
    )
    return residual(stack, norm, mixed, feedForward)
  })
}

function decode(stack: Stack, width: number, embedded: Value, input: DecoderInput, hooks: Hooks): DecoderOutput {
  const maskOf = causalMasks(input)
  return runDecoder(stack, embedded, input, hooks, (x, block, { layer, past, rows }) => {
    const { self, feedForward, norm } = block
    const cross = block.cross! // every layer of a decoder has it
    const selfSite = siteOf(stack, width, 'decoder', layer, hooks)
    const cache = grow(past, cacheOf(self, stack.normFirst ? self.norm(x) : x, selfSite.heads))
    const mixed = residual(stack, self.norm, pickRows(x, rows), (h) =>
      self.out(attend(self.query(h), cache, maskOf(rows), selfSite)),
    )
    const site = siteOf(stack, width, 'cross', layer, hooks)
    const seen = memoryCache(input.memory, layer, cross, site.heads)
    const read = residual(stack, cross.norm, mixed, (h) => cross.out(attend(cross.query(h), seen, null, site)))
    return { x: residual(stack, norm, read, feedForward), cache }
  })
}

/** A model of the family. */
export function seq2seqModel(config: Fields, tensors: Tensors, sizes: Seq2SeqSizes, design: Seq2SeqDesign): Model {
  const { width, embeddingScale, maxTokens } = sizes
  const encoder = readStack(tensors, 'encoder', design, sizes)
  const decoder = readStack(tensors, 'decoder', design, sizes)
  const { weight, bias } = design.head
  const vocabulary = { source: design.source.shape[0] as number, output: weight.shape[0] as number }
  const logitsBias = bias === null ? null : reshape(bias, [vocabulary.output])
  return {
    architecture: design.architecture,
    kind: 'encoder-decoder',
    width,
    stateWidth: width,
    vocabulary,
    layers: { encoder: sizes.encoder.layers, decoder: sizes.decoder.layers },
    heads: { encoder: sizes.encoder.heads, decoder: sizes.decoder.heads },
    cache: { heads: sizes.decoder.heads, width: width / sizes.decoder.heads },
    maxTokens,
    special: {
      ...readSpecialIds(config, design.special),
      start: config.id('decoder_start_token_id') ?? design.special.start,
    },
    embeddings: (side) => ({ table: side === 'source' ? design.source : design.output, scale: embeddingScale }),
    encode: (embeddings, hooks, from) => {
      const positions = fedPositions({ embeddings, memory: null })
      return encode(encoder, width, from === undefined ? encoder.embed(embeddings, positions) : embeddings, hooks, from)
    },
    crossCaches: (states) => decoder.blocks.map(({ cross }) => cacheOf(cross!, states, sizes.decoder.heads)),
    decode: (input, hooks) => {
      const { embeddings, from } = input
      const embedded = from === undefined ? decoder.embed(embeddings, fedPositions(input)) : embeddings
      return decode(decoder, width, embedded, input, hooks)
    },
    finish: decoder.finish,
    head: (states) => linear(states, weight, logitsBias),
  }
}
