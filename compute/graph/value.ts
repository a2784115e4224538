import type { Node } from './node.ts'

/** Element types of values, named as in the runtime. */
export type DataType = 'float32' | 'float64' | 'int64' | 'int32' | 'bool'

/**
 * A size that is known only when the graph runs: the number of tokens, of targets. Its run-time number is read from the shape
 * of the value that brought it in.
 */
export interface Size {
  readonly name: string
  /** Set once, by the first value that has this size. */
  origin: { readonly value: Value; readonly axis: number } | null
}

export type Dim = number | Size

export type Shape = readonly Dim[]

/** One tensor of a graph: output `index` of `node`. Values are immutable; two uses of one value are two edges. */
export interface Value {
  readonly node: Node
  readonly index: number
  readonly dtype: DataType
  readonly shape: Shape
}

export const makeSize = (name: string): Size => ({ name, origin: null })

export const printDim = (dim: Dim): string => (typeof dim === 'number' ? String(dim) : dim.name)

export const printShape = (shape: Shape): string => `[${shape.map(printDim).join(', ')}]`

/** Whether two dims are known to be the same. */
export const isSameDim = (a: Dim, b: Dim): boolean => a === b

/** `axis` counted from the end when negative, as an index into a shape of this rank. */
export function resolveAxis(axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis
  if (resolved < 0 || resolved >= rank) throw new RangeError(`internal: axis ${axis} of a value of rank ${rank}`)
  return resolved
}
