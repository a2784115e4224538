/** Second derivatives of F by the scaled token embeddings along a straight path, as products with directions. */
import { ComputeError } from '#compute/errors.ts'
import { backward } from '#compute/grad/backward.ts'
import { nodesUnder } from '#compute/graph/graph.ts'
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import type { Op } from '#compute/graph/op-set.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Model } from '#compute/models/model.ts'
import { add, mul } from '#compute/ops/elementwise.ts'
import { sum } from '#compute/ops/reduce.ts'
import { reshape, unsqueeze } from '#compute/ops/shape.ts'
import { listInputs } from './objective.ts'
import type { ObjectiveSpec } from './objective.ts'
import { alongPath, explain, listEnds } from './sides.ts'
import type { Side } from './sides.ts'

/**
 * Inputs `source`, `source.start` [n, width], for encoder-decoder models `prefix`, `prefix.start` [m, width]; `alpha` [nodes];
 * those of `targetInputs`, one target per node; `direction.<side>` [D, tokens], weights of tokens. Outputs `objective` [nodes],
 * per side `products.<side>` [nodes, tokens] = p_j = Σ_width ∂F/∂x_j · δ_j with δ = x − x₀, and `curvature.<side>`
 * [D, nodes, tokens] = Σ_i direction_i · δ_iᵀ (∂²F/∂x_i∂x_j) δ_j: one backward pass through the gradient for each direction.
 */
export function hessianProductsGraph(model: Model, spec: ObjectiveSpec): Graph {
  const nodes = makeSize('nodes')
  const alpha = input('alpha', 'float32', [nodes])
  const sides = alongPath(model, alpha)
  const { targets, objective } = explain(model, spec, sides, nodes)
  const products = alongDifference(sides, gradientsOf(objective, sides))
  const directions = makeSize('directions')
  const weights = sides.map(({ name, end }) => input(`direction.${name}`, 'float32', [directions, end.shape[0]!]))
  // Σ_i direction_i · p_i of every node, [D, nodes]: each direction is an axis of its own in what follows
  const all = products.map((p, i) => sum(mul(unsqueeze(weights[i]!, [1]), p), [-1])).reduce((a, b) => add(a, b))
  const curvature = alongDifference(sides, gradientsOf(all, sides, directions))
  const named = (name: string, values: readonly Value[]) =>
    values.map((value, i) => ({ name: `${name}.${sides[i]!.name}`, value }))
  return {
    name: 'hessian-products',
    inputs: [...listEnds(sides), alpha, ...listInputs(targets), ...weights],
    outputs: [
      { name: 'objective', value: reshape(objective, [nodes]) },
      ...named('products', products),
      ...named('curvature', curvature),
    ],
  }
}

function gradientsOf(output: Value, sides: readonly Side[], kept?: ReturnType<typeof makeSize>): readonly Value[] {
  const points = sides.map(({ point }) => point)
  return backward(output, points, kept === undefined ? {} : { kept }).map((gradient, i) => {
    if (gradient !== null) return gradient
    throw new ComputeError('internal', `internal: the objective does not depend on the ${sides[i]!.name}`)
  })
}

const alongDifference = (sides: readonly Side[], gradients: readonly Value[]): readonly Value[] =>
  sides.map(({ difference }, i) => sum(mul(gradients[i]!, difference), [-1]))

/** Operators whose slope jumps: a second derivative sees nothing of the jump. */
const kinks: ReadonlySet<string> = new Set<Op>(['Relu', 'Abs', 'Min', 'Max'])

/** Whether F has kinks (ReLU and its kin), so that second derivatives cannot account for all of it. */
export function hasKinks(model: Model, spec: ObjectiveSpec): boolean {
  const sides = alongPath(model, input('alpha', 'float32', [makeSize('nodes')]))
  return nodesUnder([explain(model, spec, sides).objective]).some(({ op }) => kinks.has(op))
}
