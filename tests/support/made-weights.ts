/** Weights that anybody can make again from their names and shapes, in any language. */
import { crc32 } from 'node:zlib'
import { encodeSafetensors } from '#compute/checkpoint/safetensors.ts'
import type { FileTensor } from '#compute/checkpoint/safetensors.ts'

/**
 * Numbers of a linear congruential generator (Numerical Recipes' constants) that starts at the CRC-32 of the tensor's name, from
 * −¼ to ¼; weights of norms lie around 1.
 */
function madeTensor(name: string, shape: readonly number[]): FileTensor {
  const centre = name.includes('norm') && name.endsWith('weight') ? 1 : 0
  let state = crc32(name)
  const next = (): number => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0
    return (state / 2 ** 32 - 0.5) * 0.5 + centre
  }
  const count = shape.reduce((product, dim) => product * dim, 1)
  return { dtype: 'F32', shape, data: Float32Array.from({ length: count }, next) }
}

/** A safetensors file of made tensors. */
export const madeWeights = (shapes: Readonly<Record<string, readonly number[]>>): Uint8Array =>
  encodeSafetensors(Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, madeTensor(name, shape)])))
