/** What a configuration says of rotary positions, in either spelling: `rope_parameters`, or `rope_theta` and `rope_scaling`. */
import { readFields } from '#compute/checkpoint/fields.ts'
import type { Fields, Json } from '#compute/checkpoint/fields.ts'
import { ComputeError } from '#compute/errors.ts'

/** How frequencies are stretched for longer texts, with the names of transformers' `modeling_rope_utils.py`. */
export type RopeScaling =
  | { readonly type: 'default' }
  | { readonly type: 'linear'; readonly factor: number }
  | { readonly type: 'dynamic'; readonly factor: number; readonly longest: number }
  | {
      readonly type: 'llama3'
      readonly factor: number
      readonly lowFactor: number
      readonly highFactor: number
      readonly longest: number
    }
  | {
      readonly type: 'yarn'
      readonly factor: number
      readonly attentionFactor: number
      readonly fast: number
      readonly slow: number
      readonly longest: number
      readonly isTruncated: boolean
    }

export interface RopeParameters {
  readonly theta: number
  /** Entries of a head that are rotated; the rest pass. */
  readonly width: number
  readonly scaling: RopeScaling
}

/** Where an architecture keeps what other fields say in `rope_parameters`. */
export interface RopeNames {
  /** Top-level field of the base of the frequencies. */
  readonly theta: string
  /** Top-level field of the share of a head that is rotated, and its default; null where heads are rotated as a whole. */
  readonly fraction: { readonly name: string; readonly otherwise: number } | null
}

export const usualRopeNames: RopeNames = { theta: 'rope_theta', fraction: null }

/** Reads and checks the parameters for heads of this width. */
export function readRope(config: Fields, headWidth: number, names: RopeNames = usualRopeNames): RopeParameters {
  const rope = nestedFields(config)
  const type = rope.text('rope_type', rope.text('type', 'default'))
  const theta = rope.number('rope_theta', config.number(names.theta, 10000))
  if (!(theta > 1))
    throw new ComputeError('bad-checkpoint', `config.json: ${names.theta} must be above 1, not ${theta}`)
  const width = rotatedWidth(config, rope, headWidth, names)
  return { theta, width, scaling: readScaling(config, rope, type, width) }
}

/** The older spelling wins where both are there, as in transformers. */
function nestedFields(config: Fields): Fields {
  const isFilled = (name: string): boolean => Object.keys(objectOf(config, name)).length > 0
  const name = isFilled('rope_scaling') ? 'rope_scaling' : 'rope_parameters'
  const json = objectOf(config, name)
  const layered = Object.keys(json).find((key) => key.endsWith('_attention'))
  if (layered !== undefined) {
    throw new ComputeError(
      'unsupported',
      `config.json: ${name} differs by kind of layer (${layered}); only one set for all layers is supported`,
    )
  }
  return readFields(json, `config.json, ${name}`)
}

function objectOf(config: Fields, name: string): Json {
  const value = config.raw(name) ?? {}
  if (typeof value === 'object' && !Array.isArray(value)) return value as Json // null was replaced
  throw new ComputeError('bad-checkpoint', `config.json: ${name} must be an object, not ${JSON.stringify(value)}`)
}

function rotatedWidth(config: Fields, rope: Fields, headWidth: number, { theta, fraction }: RopeNames): number {
  if (theta !== 'rope_theta') config.require('rope_theta', [config.number(theta, 10000)])
  if (fraction === null) {
    config.require('partial_rotary_factor', [1])
    rope.require('partial_rotary_factor', [1])
  }
  const otherwise = fraction === null ? 1 : config.number(fraction.name, fraction.otherwise)
  if (fraction !== null) config.require('partial_rotary_factor', [otherwise])
  const share = rope.number('partial_rotary_factor', otherwise)
  const width = Math.trunc(headWidth * share)
  const even = width + (width % 2) // an odd width is rounded up
  if (share > 0 && even >= 2 && even <= headWidth) return width
  throw new ComputeError(
    'unsupported',
    `config.json: rotating ${width} of the ${headWidth} entries of a head is not possible; an even number from 2 is needed`,
  )
}

function readScaling(config: Fields, rope: Fields, type: string, width: number): RopeScaling {
  const factor = (): number => positive('factor', rope.number('factor'))
  const longest = (): number => config.whole('max_position_embeddings', 2048)
  const trained = (): number =>
    config.whole('original_max_position_embeddings', rope.whole('original_max_position_embeddings', longest()))
  switch (type) {
    case 'default':
      return { type }
    case 'linear':
      return { type, factor: factor() }
    case 'dynamic':
      if (width > 2) return { type, factor: factor(), longest: longest() }
      throw new ComputeError(
        'unsupported',
        'config.json: rope_type dynamic needs more than 2 rotated entries in a head',
      )
    case 'llama3': {
      const [lowFactor, highFactor] = [rope.number('low_freq_factor'), rope.number('high_freq_factor')]
      positive('low_freq_factor', lowFactor)
      positive('high_freq_factor', highFactor - lowFactor, 'high_freq_factor must be above low_freq_factor')
      return { type, factor: factor(), lowFactor, highFactor, longest: trained() }
    }
    case 'yarn':
      return readYarn(rope, longest(), trained())
    default:
      throw new ComputeError(
        'unsupported',
        `config.json: rope_type is ${JSON.stringify(type)}; only default, linear, dynamic, llama3 and yarn are supported`,
      )
  }
}

function positive(name: string, value: number, rule = `${name} must be above 0`): number {
  if (value > 0) return value
  throw new ComputeError('bad-checkpoint', `config.json: ${rule}, not ${value}`)
}

/** A number that zero and null leave at its default, as Python's `or` has it. */
const filled = (rope: Fields, name: string, otherwise: number): number => rope.number(name, otherwise) || otherwise

function readYarn(rope: Fields, longest: number, trained: number): RopeScaling {
  const factor = positive('factor', rope.number('factor', longest / trained))
  return {
    type: 'yarn',
    factor,
    attentionFactor: rope.number('attention_factor', yarnAttentionFactor(rope, factor)),
    fast: positive('beta_fast', filled(rope, 'beta_fast', 32)),
    slow: positive('beta_slow', filled(rope, 'beta_slow', 1)),
    longest: trained,
    isTruncated: rope.flag('truncate', true),
  }
}

/** 0.1·ln(factor) + 1 (Peng et al. 2023, section 3.4); with `mscale` and `mscale_all_dim` the quotient of two such numbers. */
function yarnAttentionFactor(rope: Fields, factor: number): number {
  const scale = (weight: number): number => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1)
  const [above, below] = [filled(rope, 'mscale', 0), filled(rope, 'mscale_all_dim', 0)]
  return above !== 0 && below !== 0 ? scale(above) / scale(below) : scale(1)
}
