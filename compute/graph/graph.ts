import type { Node } from './node.ts'
import type { Value } from './value.ts'

/** What a program computes: named outputs as expressions over inputs, constants and weights. */
export interface Graph {
  readonly name: string
  readonly inputs: readonly Value[]
  readonly outputs: readonly { readonly name: string; readonly value: Value }[]
}

/** The nodes of a loop body that depend on its inputs; the rest belongs to the graph around it. */
export function ownNodes(body: Graph): readonly Node[] {
  const own = new Set<Node>(body.inputs.map(({ node }) => node))
  return nodesOf(body).filter((node) => {
    if (dependencies(node).some((value) => own.has(value.node))) own.add(node)
    return own.has(node)
  })
}

/** Values a loop body uses but does not compute from its own inputs. */
export function captures(body: Graph): readonly Value[] {
  const own = ownNodes(body)
  const inside = new Set(own)
  const used = [...own.flatMap(dependencies), ...body.outputs.map(({ value }) => value)]
  return [...new Set(used.filter((value) => !inside.has(value.node)))]
}

/** Inputs of a node, those that a loop body takes from around it included. */
export function dependencies(node: Node): readonly Value[] {
  const direct = node.inputs.filter((value) => value !== null)
  const bodies = Object.values(node.attributes).filter((attribute) => 'graph' in attribute)
  return bodies.length === 0 ? direct : [...direct, ...bodies.flatMap(({ graph }) => captures(graph))]
}

/** Every node the outputs need, each after the nodes it reads. */
export function nodesOf(graph: Graph): readonly Node[] {
  return ordered(
    [...graph.inputs.map(({ node }) => node), ...graph.outputs.map(({ value }) => value.node)],
    dependencies,
  )
}

/** Every node the given values need, each after the nodes it reads. */
export const nodesUnder = (values: readonly Value[]): readonly Node[] =>
  ordered(
    values.map(({ node }) => node),
    dependencies,
  )

/** Depth-first post-order without recursion: graphs are deeper than the call stack. */
function ordered(roots: readonly Node[], inputsOf: (node: Node) => readonly (Value | null)[]): readonly Node[] {
  const done = new Set<Node>()
  const order: Node[] = []
  const stack: { readonly node: Node; readonly inputs: readonly (Value | null)[]; next: number }[] = []
  const open = (node: Node): void => {
    if (done.has(node)) return
    done.add(node)
    stack.push({ node, inputs: inputsOf(node), next: 0 })
  }
  for (const root of roots) {
    open(root)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const value = top.inputs[top.next]
      if (top.next < top.inputs.length) {
        top.next += 1
        if (value) open(value.node)
      } else {
        order.push(top.node)
        stack.pop()
      }
    }
  }
  return order
}
