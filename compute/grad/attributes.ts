/** Reading back what a builder wrote into a node. */
import { ComputeError } from '#compute/errors.ts'
import type { Node } from '#compute/graph/node.ts'
import type { Value } from '#compute/graph/value.ts'

export function intOf(node: Node, name: string, otherwise: number): number {
  const attribute = node.attributes[name]
  return attribute !== undefined && 'int' in attribute ? attribute.int : otherwise
}

export function textOf(node: Node, name: string): string {
  const attribute = node.attributes[name]
  if (attribute === undefined || !('text' in attribute)) throw missing(node, name)
  return attribute.text
}

export function intsOf(node: Node, name: string): readonly number[] {
  const attribute = node.attributes[name]
  if (attribute === undefined || !('ints' in attribute)) throw missing(node, name)
  return attribute.ints
}

/** The numbers of an operand that the builder gave as a constant, such as the axes of a reduction. */
export function numbersOf(value: Value | null | undefined): readonly number[] {
  const leaf = value?.node.leaf
  if (leaf?.kind !== 'constant') throw new ComputeError('internal', 'internal: a constant operand was expected')
  return Array.from(leaf.data, Number)
}

const missing = (node: Node, name: string): ComputeError =>
  new ComputeError('internal', `internal: ${node.op} has no attribute ${name}`)
