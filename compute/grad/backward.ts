/**
 * Reverse-mode differentiation of a graph: walks the expressions backwards and returns new expressions, which can be
 * differentiated again.
 */
import { ComputeError } from '#compute/errors.ts'
import { dependencies, nodesUnder } from '#compute/graph/graph.ts'
import type { Node } from '#compute/graph/node.ts'
import type { Size, Value } from '#compute/graph/value.ts'
import { add } from '#compute/ops/elementwise.ts'
import { scalar } from '#compute/ops/constant.ts'
import { expand } from '#compute/ops/shape.ts'
import { gradientRules } from './rules.ts'
import type { Rule } from './rules.ts'
import { sumTo } from './sum-to.ts'

export interface BackwardOptions {
  /**
   * One gradient per entry of this size instead of their sum: the output has the axis first, and so has every gradient, while
   * the forward pass that all entries share is computed once. The axis runs through by broadcasting.
   */
  readonly kept?: Size
}

/**
 * d(Σ output)/d(wrt), one expression per entry of `wrt`, of its shape (behind the axis `kept`, where given); null where the
 * output does not depend on it.
 */
export function backward(
  output: Value,
  wrt: readonly Value[],
  { kept }: BackwardOptions = {},
): readonly (Value | null)[] {
  if (kept !== undefined && output.shape[0] !== kept) {
    throw new ComputeError('internal', `internal: the output must have ${kept.name} as its first axis`)
  }
  const nodes = nodesUnder([output])
  const onPath = nodesLeadingFrom(wrt, nodes)
  const keptFor = keptAxes(nodes, kept ?? null)
  const cotangents = new Map<Value, Value>([[output, expand(scalar(output.dtype, 1), output.shape)]])
  for (const node of nodes.toReversed()) {
    if (node.op !== 'Leaf' && onPath.has(node)) propagate(node, cotangents, onPath, keptFor)
  }
  return wrt.map((value) => cotangents.get(value) ?? null)
}

/** Nodes whose result depends on one of the values (their own nodes included). */
function nodesLeadingFrom(wrt: readonly Value[], nodes: readonly Node[]): ReadonlySet<Node> {
  const onPath = new Set<Node>(wrt.map(({ node }) => node))
  for (const node of nodes) if (dependencies(node).some((value) => onPath.has(value.node))) onPath.add(node)
  return onPath
}

/** The axis that the cotangents of a node's outputs and inputs have before their own; null for none. */
type KeptAxis = (node: Node) => Size | null

/**
 * A value that was computed from one row per entry of `kept` has that axis inside (perhaps merged with others), so its
 * cotangent needs no further one. All other values are shared by the entries.
 */
function keptAxes(nodes: readonly Node[], kept: Size | null): KeptAxis {
  if (kept === null) return () => null
  const inside = new Set<Node>()
  for (const node of nodes) {
    const isFirst = node.outputs.some(({ shape }) => shape[0] === kept)
    if (isFirst || (node.op !== 'Shape' && dependencies(node).some((value) => inside.has(value.node)))) inside.add(node)
  }
  return (node) => (inside.has(node) ? null : kept)
}

function propagate(node: Node, cotangents: Map<Value, Value>, onPath: ReadonlySet<Node>, keptFor: KeptAxis): void {
  const arrived = node.outputs.map((value) => cotangents.get(value) ?? null)
  const used = arrived.findIndex((cotangent) => cotangent !== null)
  if (used < 0 || !node.inputs.some((value) => value !== null && onPath.has(value.node))) return
  const lead = keptFor(node) === null ? 0 : 1
  const inputs = node.inputs.filter((value) => value !== null)
  const site = { node, outputs: node.outputs, cotangents: arrived, lead }
  const flowing = ruleOf(node)(inputs, node.outputs[used]!, arrived[used]!, site)
  inputs.forEach((value, i) => {
    const cotangent = flowing[i]
    if (!cotangent || !onPath.has(value.node)) return
    const own = sumTo(cotangent, value.shape, keptFor(value.node))
    const before = cotangents.get(value)
    cotangents.set(value, before === undefined ? own : add(before, own))
  })
}

function ruleOf(node: Node): Rule<number> {
  const rules: Readonly<Record<string, Rule<number> | undefined>> = gradientRules as never // rules differ in arity only
  const rule = rules[node.op]
  if (rule === undefined) {
    throw new ComputeError(
      'internal',
      `internal: ${node.op} has no gradient but lies between the output and what it is differentiated by`,
    )
  }
  return rule
}
