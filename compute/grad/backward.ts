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
import { cotangentShape, sumTo } from './sum-to.ts'

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
  const cotangents = new Map<Value, Value>([[output, expand(scalar(output.dtype, 1), output.shape)]])
  for (const node of nodes.toReversed()) {
    if (node.op !== 'Leaf' && onPath.has(node)) propagate(node, cotangents, onPath, kept ?? null)
  }
  return wrt.map((value) => cotangents.get(value) ?? null)
}

/** Nodes whose result depends on one of the values (their own nodes included). */
function nodesLeadingFrom(wrt: readonly Value[], nodes: readonly Node[]): ReadonlySet<Node> {
  const onPath = new Set<Node>(wrt.map(({ node }) => node))
  for (const node of nodes) if (dependencies(node).some((value) => onPath.has(value.node))) onPath.add(node)
  return onPath
}

function propagate(node: Node, cotangents: Map<Value, Value>, onPath: ReadonlySet<Node>, kept: Size | null): void {
  const arrived = node.outputs.map((value) => cotangents.get(value) ?? null)
  const used = arrived.findIndex((cotangent) => cotangent !== null)
  if (used < 0 || !node.inputs.some((value) => value !== null && onPath.has(value.node))) return
  const y = node.outputs[used]!
  const g = arrived[used]!
  const lead = cotangentShape(y.shape, kept).length - y.shape.length
  const inputs = node.inputs.filter((value) => value !== null)
  const flowing = ruleOf(node)(inputs, y, g, { node, outputs: node.outputs, cotangents: arrived, lead })
  inputs.forEach((value, i) => {
    const cotangent = flowing[i]
    if (!cotangent || !onPath.has(value.node)) return
    const own = sumTo(cotangent, value.shape, kept)
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
