import type { ConstantData } from '#compute/graph/node.ts'
import type { DataType } from '#compute/graph/value.ts'

/** A tensor outside a graph: row-major data of `shape`. */
export interface Tensor {
  readonly dtype: DataType
  readonly shape: readonly number[]
  readonly data: ConstantData
}

export const elementCount = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1)

export const floats = (shape: readonly number[], data: Float32Array): Tensor => ({ dtype: 'float32', shape, data })

/** Whole numbers (ids, positions) as the runtime takes them. */
export const integers = (shape: readonly number[], numbers: readonly number[]): Tensor => ({
  dtype: 'int64',
  shape,
  data: BigInt64Array.from(numbers, BigInt),
})
