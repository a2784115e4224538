import type { RopeParameters, RopeScaling } from './rope-parameters.ts'

const f32 = Math.fround

/**
 * Angle per token of each pair of entries, [half]: 1 / θ^(2i / width), stretched as the scaling says (transformers,
 * `modeling_rope_utils.py`). Rounded to float32 where transformers rounds, since positions multiply what is lost there.
 * Dynamic scaling depends on the length of the text and is none of these.
 */
export function rotaryFrequencies({ theta, width, scaling }: RopeParameters): Float32Array {
  const periods = Float32Array.from({ length: Math.ceil(width / 2) }, (_, i) => theta ** f32((2 * i) / width))
  const plain = periods.map((period) => 1 / period)
  switch (scaling.type) {
    case 'linear':
      return plain.map((frequency) => frequency / scaling.factor)
    case 'llama3':
      return plain.map((frequency) => llama3Frequency(frequency, scaling))
    case 'yarn':
      return yarnFrequencies(periods, theta, width, scaling)
    default:
      return plain
  }
}

/** High frequencies stay, low ones are divided by the factor, those between are blended (Llama 3.1). */
function llama3Frequency(frequency: number, scaling: Extract<RopeScaling, { type: 'llama3' }>): number {
  const { factor, lowFactor, highFactor, longest } = scaling
  const wave = (2 * Math.PI) / frequency
  if (wave < longest / highFactor) return frequency
  if (wave > longest / lowFactor) return frequency / factor
  const smooth = (longest / wave - lowFactor) / (highFactor - lowFactor)
  return ((1 - smooth) * frequency) / factor + smooth * frequency
}

/** Entries that turn often within a training text stay, those that turn less than once are divided (Peng et al. 2023). */
function yarnFrequencies(
  periods: Float32Array,
  theta: number,
  width: number,
  { factor, fast, slow, longest, isTruncated }: Extract<RopeScaling, { type: 'yarn' }>,
): Float32Array {
  const entryTurning = (turns: number): number =>
    (width * Math.log(longest / (turns * 2 * Math.PI))) / (2 * Math.log(theta))
  const [first, last] = [entryTurning(fast), entryTurning(slow)]
  const low = Math.max(isTruncated ? Math.floor(first) : first, 0)
  const ceiling = Math.min(isTruncated ? Math.ceil(last) : last, width - 1)
  const high = ceiling === low ? ceiling + 0.001 : ceiling // a ramp of no length would divide by zero
  return periods.map((period, i) => {
    const divided = Math.min(1, Math.max(0, (i - low) / (high - low)))
    return divided / (factor * period) + (1 - divided) / period
  })
}
