/** Drawing tokens and orders at random, repeatably. */
import type { SamplingOptions } from '#compute/types.ts'

/** Numbers in [0, 1) from a seed (mulberry32, Tommy Ettinger 2017, public domain). */
export function makeRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A new order (Fisher and Yates). */
export function shuffle<T>(items: readonly T[], random: () => number): readonly T[] {
  const shuffled = [...items]
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const held = shuffled[i]!
    shuffled[i] = shuffled[j]!
    shuffled[j] = held
  }
  return shuffled
}

/** Draws from softmax(scores / temperature), cut to the top k (0: all), then to the nucleus of mass p (Holtzman et al. 2020). */
export function makeSampler({ seed, temperature, topK, topP }: SamplingOptions): (scores: Float32Array) => number {
  const random = makeRandom(seed)
  return (scores) => {
    const candidates = Array.from(scores.keys()).filter((id) => scores[id]! > -Infinity)
    candidates.sort((a, b) => scores[b]! - scores[a]! || a - b)
    const kept = topK > 0 ? candidates.slice(0, topK) : candidates
    const top = scores[kept[0]!]!
    const masses = kept.map((id) => Math.exp((scores[id]! - top) / temperature))
    const whole = masses.reduce((sum, mass) => sum + mass, 0)
    let count = 0
    let mass = 0
    while (count < kept.length && (count === 0 || mass < topP * whole)) mass += masses[count++]!
    let point = random() * mass
    for (let i = 0; i < count; i++) {
      point -= masses[i]!
      if (point < 0) return kept[i]!
    }
    return kept[count - 1]!
  }
}
