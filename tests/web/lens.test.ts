import { expect, test } from 'vitest'
import type { Tensor } from '#web/api/safetensors.ts'
import { layerName, readLens, settledAt } from '#web/views/instance/lens.ts'

const floats = (shape: readonly number[], data: readonly number[]): Tensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from(data),
})
const integers = (shape: readonly number[], data: readonly number[]): Tensor => ({
  dtype: 'I32',
  shape,
  data: Int32Array.from(data),
})

/** Two steps, three layers, two tokens each. */
const tensors = new Map<string, Tensor>([
  ['ids', integers([2, 3, 2], [1, 2, 3, 4, 5, 6, 7, 8, 7, 9, 7, 1])],
  ['logProbs', floats([2, 3, 2], [-1, -2, -1, -3, -0.5, -4, -2, -3, -1, -2, -0.25, -3])],
  ['entropies', floats([2, 3], [3, 2, 1, 2.5, 1.5, 0.5])],
  ['targetLogProbs', floats([2, 3], [-9, -5, -4, -2, -1, -0.25])],
  ['targetRanks', integers([2, 3], [900, 12, 2, 3, 1, 1])],
])
const report = { tokens: { 1: '▁the', 3: 'm', 7: '▁che' } }

test('[IV28] each layer lists its likeliest tokens by name, and where the written one stands', () => {
  const lens = readLens(tensors, report, 2)!
  expect(lens.layers).toBe(3)
  expect(lens.at(0, 1)).toEqual({
    likeliest: [
      { id: 3, name: 'm', logProb: -1 },
      { id: 4, name: 'token 4', logProb: -3 },
    ],
    logProb: -5,
    rank: 12,
    entropy: 2,
  })
})

test('[IV29] a token is settled from the layer on after which it stays the likeliest', () => {
  const lens = readLens(tensors, report, 2)!
  expect(settledAt(lens, 0)).toBeNull()
  expect(settledAt(lens, 1)).toBe(1)
  expect([0, 1, 2].map((layer) => layerName(layer, 0))).toEqual(['embedding', 'L0', 'L1'])
  expect([0, 1, 2].map((layer) => layerName(layer, 1))).toEqual(['embedding', 'L1', 'L2'])
})

test('[IV30] a lens of an output of another length, or with a tensor missing, is not read', () => {
  expect(readLens(tensors, report, 3)).toBeNull()
  expect(readLens(new Map([...tensors].slice(1)), report, 2)).toBeNull()
  expect(readLens(tensors, null, 2)).toBeNull()
})
