/** Numbers as values. */
import { constant } from '#compute/graph/node.ts'
import type { ConstantData } from '#compute/graph/node.ts'
import type { DataType, Value } from '#compute/graph/value.ts'

function dataOf(dtype: DataType, numbers: readonly number[]): ConstantData {
  switch (dtype) {
    case 'float32':
      return Float32Array.from(numbers)
    case 'float64':
      return Float64Array.from(numbers)
    case 'int64':
      return BigInt64Array.from(numbers, BigInt)
    case 'int32':
      return Int32Array.from(numbers)
    case 'bool':
      return Uint8Array.from(numbers, (number) => (number === 0 ? 0 : 1))
  }
}

/** A constant of rank 0. */
export const scalar = (dtype: DataType, number: number): Value => constant(dtype, [], dataOf(dtype, [number]))

/** A constant of rank 1. */
export const vector = (dtype: DataType, numbers: readonly number[]): Value =>
  constant(dtype, [numbers.length], dataOf(dtype, numbers))

/** An operand: a value, or a number of the other operand's type. */
export type Operand = Value | number

export const asValue = (operand: Operand, dtype: DataType): Value =>
  typeof operand === 'number' ? scalar(dtype, operand) : operand
