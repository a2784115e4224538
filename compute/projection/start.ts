/** Where layouts start: at the principal components, which are shown first and morph into the layout. */
import { makeRandom } from '#compute/generate/sample.ts'

/** Largest coordinate of a start, and the spread of the noise that parts equal points; as umap-learn has them. */
const umapExtent = 10
const noise = 1e-4
/** Spread of the first axis of a t-SNE start (Kobak and Berens 2019). */
const tsneSpread = 1e-4

/** Components scaled to reach 10 on the longest axis, with a little noise. [points, dimensions] */
export function umapStart(components: Float32Array, seed: number): Float32Array {
  const extent = components.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0)
  const random = makeRandom(seed)
  return components.map((entry) => (entry / extent) * umapExtent + noise * gaussian(random))
}

/** Components scaled to a standard deviation of 0.0001 along the first axis, with a hundredth of that as noise. */
export function tsneStart(components: Float32Array, dimensions: number, seed: number): Float32Array {
  const rows = components.length / dimensions
  let square = 0
  for (let i = 0; i < rows; i++) square += components[i * dimensions]! ** 2
  const scale = tsneSpread / Math.sqrt(square / rows)
  const random = makeRandom(seed)
  return components.map((entry) => entry * scale + 0.01 * tsneSpread * gaussian(random))
}

/** A normal deviate (Box and Muller 1958). */
const gaussian = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
