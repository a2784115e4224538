/**
 * Rotary positions (Su et al. 2021) as in transformers: entry i of a head and entry i + half of it turn by position · frequency i.
 * Their gradient is the turn back, which the rules of its products give by themselves.
 */
import type { Value } from '#compute/graph/value.ts'
import { vector } from '#compute/ops/constant.ts'
import { add, cast, cos, div, max, mul, pow, sin, sub } from '#compute/ops/elementwise.ts'
import { concat, splitInto } from '#compute/ops/shape.ts'
import { rotaryFrequencies } from './rotary-frequencies.ts'
import type { RopeParameters } from './rope-parameters.ts'

/** Cosines and sines [..., tokens, half] of the angles that heads [..., tokens, head width] turn by. */
export interface Turn {
  readonly cosine: Value
  readonly sine: Value
}

/**
 * The turns of tokens at `positions` int64 [..., 1] in a text of `length` int64 [1] tokens. Angles are rounded to float32, as in
 * transformers. All else is in float64, which no graphics device has: the runtime leaves it to the processor, since sines on a
 * device are off by up to 5e-4 (WGSL specification, accuracy of `sin` and `cos`). The numbers are few, one set for all layers.
 */
export function turnsAt(rope: RopeParameters, positions: Value, length: Value): Turn {
  const exact = mul(cast(positions, 'float64'), frequencies(rope, length))
  const angles = cast(cast(exact, 'float32'), 'float64')
  const { scaling } = rope
  const stretch = scaling.type === 'yarn' ? scaling.attentionFactor : 1
  const finish = (x: Value): Value => cast(stretch === 1 ? x : mul(x, stretch), 'float32')
  return { cosine: finish(cos(angles)), sine: finish(sin(angles)) }
}

/** Heads [..., tokens, head width] turned; entries beyond those that rotate pass. */
export function turn(x: Value, { cosine, sine }: Turn): Value {
  const half = cosine.shape.at(-1) as number // as many as there are frequencies
  const rest = (x.shape.at(-1) as number) - 2 * half // split by a known number
  const [a, b, ...passing] = splitInto(x, -1, rest === 0 ? [half, half] : [half, half, rest])
  const first = sub(mul(a!, cosine), mul(b!, sine))
  const second = add(mul(b!, cosine), mul(a!, sine))
  return concat([first, second, ...passing], -1)
}

/** Tokens of the longest text in which no token depends on how many there are: `steadyTokens` of a model, as part of it. */
export const steadiness = ({ scaling }: RopeParameters): { readonly steadyTokens?: number } =>
  scaling.type === 'dynamic' ? { steadyTokens: scaling.longest } : {}

/** float64 [half], rounded to float32: positions multiply what is lost there. */
function frequencies(rope: RopeParameters, length: Value): Value {
  const { scaling, theta, width } = rope
  if (scaling.type !== 'dynamic') return vector('float64', Array.from(rotaryFrequencies(rope)))
  // θ · (factor · length / longest − (factor − 1))^(width / (width − 2)) beyond the longest text of the training, θ within it.
  const { factor, longest } = scaling
  const tokens = max(cast(length, 'float64'), longest)
  const growth = sub(div(mul(tokens, factor), longest), factor - 1)
  const base = mul(pow(growth, width / (width - 2)), theta) // [1]
  const halves = Math.ceil(width / 2)
  const exponents = Array.from({ length: halves }, (_, i) => (-2 * i) / width)
  return cast(cast(pow(base, vector('float64', exponents)), 'float32'), 'float64')
}
