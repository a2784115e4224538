import type { Graph } from './graph.ts'
import type { Op } from './op-set.ts'
import type { DataType, Shape, Value } from './value.ts'

/** One attribute of a node, with its ONNX type, which a plain number could not tell. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly graph: Graph }

export type Attributes = Readonly<Record<string, Attribute>>

/** Data small enough to stand in the graph itself. */
export type ConstantData = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array

/** Where a weight lies: `length` bytes at `offset` of a file, never copied into the graph. */
export interface WeightSource {
  readonly name: string
  readonly file: string
  readonly offset: number
  readonly length: number
}

/** What stands at the leaves of a graph. */
export type Leaf =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: ConstantData }
  | { readonly kind: 'weight'; readonly source: WeightSource }

/** An operation or a leaf. `inputs` may hold null where an optional ONNX input is left out. */
export interface Node {
  readonly op: Op | 'Leaf'
  readonly leaf: Leaf | null
  readonly inputs: readonly (Value | null)[]
  readonly attributes: Attributes
  readonly outputs: readonly Value[]
}

export interface OutputType {
  readonly dtype: DataType
  readonly shape: Shape
}

/** Makes a node with its output values; sizes seen for the first time get their origin here. */
export function makeNode(
  op: Op | 'Leaf',
  inputs: readonly (Value | null)[],
  attributes: Attributes,
  outputs: readonly OutputType[],
  leaf: Leaf | null = null,
): Node {
  const values: Value[] = []
  const node: Node = { op, leaf, inputs, attributes, outputs: values }
  outputs.forEach(({ dtype, shape }, index) => {
    const value: Value = { node, index, dtype, shape }
    values.push(value)
    shape.forEach((dim, axis) => {
      if (typeof dim !== 'number') dim.origin ??= { value, axis }
    })
  })
  return node
}

/** The only output of a node that has one. */
export function makeValue(
  op: Op,
  inputs: readonly (Value | null)[],
  attributes: Attributes,
  dtype: DataType,
  shape: Shape,
): Value {
  return makeNode(op, inputs, attributes, [{ dtype, shape }]).outputs[0]!
}

/** A graph input, fed at every run. */
export function input(name: string, dtype: DataType, shape: Shape): Value {
  return makeNode('Leaf', [], {}, [{ dtype, shape }], { kind: 'input', name }).outputs[0]!
}

/** A tensor written into the graph. */
export function constant(dtype: DataType, shape: readonly number[], data: ConstantData): Value {
  return makeNode('Leaf', [], {}, [{ dtype, shape }], { kind: 'constant', data }).outputs[0]!
}

/** A float32 tensor of the checkpoint, mapped from its file. */
export function weight(source: WeightSource, shape: readonly number[]): Value {
  return makeNode('Leaf', [], {}, [{ dtype: 'float32', shape }], { kind: 'weight', source }).outputs[0]!
}
