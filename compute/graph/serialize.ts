/**
 * A graph as an ONNX model (IR 10, opset 20). Weights stay where they are: the model points at byte ranges of their files.
 * Field numbers: onnx/onnx.proto3.
 */
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { isAbsolute, relative, sep } from 'node:path'
import { ComputeError } from '#compute/errors.ts'
import { identity, onnxType } from '#compute/ops/elementwise.ts'
import { nodesOf, ownNodes } from './graph.ts'
import type { Graph } from './graph.ts'
import type { Attribute, Leaf, Node, WeightSource } from './node.ts'
import type { Size, Value } from './value.ts'

const irVersion = 10
const opset = 20

interface Scope {
  /** Names of values, given once; nested graphs see those of the graphs around them. */
  readonly names: Map<Value, string>
  readonly folder: string
  /** Counts over the whole model, so that no two values share a name. */
  readonly counter: { next: number }
  /** Weights that the runtime must leave as they lie. */
  readonly plain: ReadonlySet<WeightSource>
}

/**
 * The model as bytes. Weights must lie in files inside `folder`, which the session is told of. Those in `plain` are declared as
 * inputs with a default, which the runtime takes for changeable: it maps them, and makes no repacked copy for its products.
 */
export function serialize(graph: Graph, folder: string, plain: ReadonlySet<WeightSource> = new Set()): Uint8Array {
  const scope: Scope = { names: new Map(), folder, counter: { next: 0 }, plain }
  const writer = new BinaryWriter()
  integer(writer, 1, irVersion)
  text(writer, 2, 'coattend')
  message(writer, 7, () => writeGraph(writer, graph, nodesOf(graph), scope))
  message(writer, 8, () => integer(writer, 2, opset))
  return writer.finish()
}

const tag = (field: number, wireType: number): number => (field << 3) | wireType

function message(writer: BinaryWriter, field: number, body: () => void): void {
  writer.uint32(tag(field, 2)).fork()
  body()
  writer.join()
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.uint32(tag(field, 2)).string(value)
}

function integer(writer: BinaryWriter, field: number, value: number): void {
  writer.uint32(tag(field, 0)).int64(value)
}

function integers(writer: BinaryWriter, field: number, values: readonly number[]): void {
  for (const value of values) integer(writer, field, value)
}

function writeGraph(writer: BinaryWriter, graph: Graph, own: readonly Node[], scope: Scope): void {
  for (const value of graph.inputs) scope.names.set(value, inputName(value))
  const nodes = [...own, ...nameOutputs(graph, scope.names)]
  for (const value of nodes.flatMap((node) => node.outputs)) {
    if (!scope.names.has(value)) scope.names.set(value, `v${scope.counter.next++}`)
  }
  for (const node of nodes) if (node.leaf === null) message(writer, 1, () => writeNode(writer, node, scope))
  text(writer, 2, graph.name)
  for (const { leaf, outputs } of nodes) {
    if (leaf !== null && leaf.kind !== 'input') message(writer, 5, () => writeTensor(writer, leaf, outputs[0]!, scope))
  }
  for (const value of graph.inputs) message(writer, 11, () => writeValueInfo(writer, value, inputName(value)))
  for (const { leaf, outputs } of nodes) {
    const isPlain = leaf?.kind === 'weight' && scope.plain.has(leaf.source)
    if (isPlain) message(writer, 11, () => writeValueInfo(writer, outputs[0]!, nameOf(outputs[0]!, scope)))
  }
  for (const { name, value } of graph.outputs) message(writer, 12, () => writeValueInfo(writer, value, name))
}

/** Gives graph outputs their names; a value that has one already is copied, and the copying nodes are returned. */
function nameOutputs(graph: Graph, names: Map<Value, string>): readonly Node[] {
  const copies: Node[] = []
  for (const { name, value } of graph.outputs) {
    const needsCopy = value.node.leaf !== null || names.has(value)
    const output = needsCopy ? identity(value) : value
    if (needsCopy) copies.push(output.node)
    names.set(output, name)
  }
  return copies
}

function inputName({ node }: Value): string {
  if (node.leaf?.kind !== 'input') throw new ComputeError('internal', `internal: ${node.op} stands among graph inputs`)
  return node.leaf.name
}

function nameOf(value: Value, { names }: Scope): string {
  const name = names.get(value)
  if (name === undefined) throw new ComputeError('internal', `internal: ${value.node.op} is used outside its graph`)
  return name
}

function writeNode(writer: BinaryWriter, node: Node, scope: Scope): void {
  for (const value of node.inputs) text(writer, 1, value === null ? '' : nameOf(value, scope))
  for (const value of node.outputs) text(writer, 2, nameOf(value, scope))
  text(writer, 4, node.op)
  for (const [name, attribute] of Object.entries(node.attributes)) {
    message(writer, 5, () => writeAttribute(writer, name, attribute, scope))
  }
}

function writeAttribute(writer: BinaryWriter, name: string, attribute: Attribute, scope: Scope): void {
  text(writer, 1, name)
  if ('float' in attribute) {
    writer.uint32(tag(2, 5)).float(attribute.float)
    integer(writer, 20, 1)
  } else if ('int' in attribute) {
    integer(writer, 3, attribute.int)
    integer(writer, 20, 2)
  } else if ('text' in attribute) {
    text(writer, 4, attribute.text)
    integer(writer, 20, 3)
  } else if ('graph' in attribute) {
    message(writer, 6, () => writeGraph(writer, attribute.graph, ownNodes(attribute.graph), scope))
    integer(writer, 20, 5)
  } else {
    integers(writer, 8, attribute.ints)
    integer(writer, 20, 7)
  }
}

type Stored = Exclude<Leaf, { kind: 'input' }>

function writeTensor(writer: BinaryWriter, leaf: Stored, value: Value, scope: Scope): void {
  integers(writer, 1, value.shape.map(Number))
  integer(writer, 2, onnxType(value.dtype))
  text(writer, 8, nameOf(value, scope))
  if (leaf.kind === 'constant') {
    const { buffer, byteOffset, byteLength } = leaf.data
    writer.uint32(tag(9, 2)).bytes(new Uint8Array(buffer, byteOffset, byteLength))
    return
  }
  const { file, offset, length } = leaf.source
  const entries = { location: locate(file, scope.folder), offset: String(offset), length: String(length) }
  for (const [key, entry] of Object.entries(entries)) {
    message(writer, 13, () => {
      text(writer, 1, key)
      text(writer, 2, entry)
    })
  }
  integer(writer, 14, 1) // external
}

/** Path of a weight file from the folder that the runtime may read. */
function locate(file: string, folder: string): string {
  const path = relative(folder, file)
  if (path.startsWith('..') || isAbsolute(path)) {
    throw new ComputeError('internal', `internal: ${file} lies outside ${folder}`)
  }
  return path.split(sep).join('/')
}

function writeValueInfo(writer: BinaryWriter, value: Value, name: string): void {
  text(writer, 1, name)
  message(writer, 2, () =>
    message(writer, 1, () => {
      integer(writer, 1, onnxType(value.dtype))
      message(writer, 2, () => {
        for (const dim of value.shape) message(writer, 1, () => writeDim(writer, dim))
      })
    }),
  )
}

/** Sizes of inputs are named, so that the runtime knows which agree; derived sizes are left open. */
function writeDim(writer: BinaryWriter, dim: number | Size): void {
  if (typeof dim === 'number') integer(writer, 1, dim)
  else if (dim.origin?.value.node.leaf?.kind === 'input') text(writer, 2, dim.name)
}
