/** Reference numbers of scikit-learn and umap-learn; the file's metadata say how they were made. */
import type { Neighbours } from '#compute/projection/neighbours.ts'
import { findNeighbours, frameOf } from '#compute/projection/neighbours.ts'
import type { Metric, ProjectionOptions, StateMatrix } from '#compute/types.ts'
import { drain } from '#tests/support/generators.ts'
import { fixture, readTensors } from '#tests/support/golden.ts'

const tensors = readTensors(fixture('projection/reference.safetensors'))

export function reference(name: string): Float32Array | Float64Array {
  const data = tensors.get(name)?.data
  if (data instanceof Float32Array || data instanceof Float64Array) return data
  throw new Error(`the fixture has no numbers ${name}`)
}

const [rows, width] = tensors.get('points')!.shape as readonly [number, number]

/** 150 points of 12 numbers in 6 clusters; rows 17 and 101 are equal to row 4. */
export const points: StateMatrix = { rows, width, data: Float32Array.from(reference('points')) }

export const products = { device: 'cpu', threads: 1 } as const

export const usual: ProjectionOptions = {
  method: 'umap',
  engine: 'fast',
  dimensions: 2,
  metric: 'euclidean',
  seed: 0,
  neighbours: 15,
  judged: 15,
  minDistance: 0.1,
  spread: 1,
  perplexity: 30,
  epochs: null,
  alignment: 0.02,
}

export const neighboursOf = (states: StateMatrix, count: number, metric: Metric = 'euclidean'): Promise<Neighbours> =>
  drain(findNeighbours(frameOf(states, metric)(states), count, metric, products))

/** Points of a few rows, for cases that are easily seen. */
export const matrix = (lines: readonly (readonly number[])[]): StateMatrix => ({
  rows: lines.length,
  width: lines[0]?.length ?? 0,
  data: Float32Array.from(lines.flat()),
})

export const maxDifference = (found: ArrayLike<number>, expected: ArrayLike<number>): number => {
  if (found.length !== expected.length) return Infinity
  return Array.from(found).reduce((most, entry, i) => Math.max(most, Math.abs(entry - expected[i]!)), 0)
}
