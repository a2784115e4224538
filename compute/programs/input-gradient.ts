/** Gradients of F by the scaled token embeddings, along a straight path, for many targets and nodes at once. */
import { ComputeError } from '#compute/errors.ts'
import { backward } from '#compute/grad/backward.ts'
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Model } from '#compute/models/model.ts'
import { add, mul, sub } from '#compute/ops/elementwise.ts'
import { sum } from '#compute/ops/reduce.ts'
import { unsqueeze } from '#compute/ops/shape.ts'
import { listInputs, objectiveOf, targetInputs, targetRows } from './objective.ts'
import type { ObjectiveSpec, TargetInputs } from './objective.ts'

/** One side of the input on its way from the baseline: x(α) = x₀ + α(x − x₀). */
interface Path {
  readonly name: 'source' | 'prefix'
  /** Graph inputs `<name>` and `<name>.start`, [tokens, width]. */
  readonly end: Value
  readonly start: Value
  readonly difference: Value
  /** [nodes, tokens, width] */
  readonly point: Value
}

function pathOf(name: 'source' | 'prefix', width: number, alpha: Value): Path {
  const tokens = makeSize(name)
  const end = input(name, 'float32', [tokens, width])
  const start = input(`${name}.start`, 'float32', [tokens, width])
  const difference = sub(end, start)
  const point = add(start, mul(unsqueeze(alpha, [1, 2]), difference))
  return { name, end, start, difference, point }
}

interface Explained {
  readonly inputs: readonly Value[]
  readonly paths: readonly Path[]
  readonly targets: TargetInputs
  /** [K, nodes] */
  readonly objective: Value
}

function explain(model: Model, spec: ObjectiveSpec): Explained {
  const nodes = makeSize('nodes')
  const alpha = input('alpha', 'float32', [nodes])
  const targets = targetInputs(spec)
  const source = pathOf('source', model.width, alpha)
  const paths = model.encode === null ? [source] : [source, pathOf('prefix', model.width, alpha)]
  const memory = model.encode === null ? null : { states: model.encode(source.point, {}) }
  const embeddings = paths.at(-1)!.point
  const { states } = model.decode({ embeddings, memory, rows: targetRows(targets, embeddings) }, {})
  const inputs = [...paths.flatMap(({ end, start }) => [end, start]), alpha, ...listInputs(targets)]
  return { inputs, paths, targets, objective: objectiveOf(model, states, targets, spec) }
}

/**
 * Inputs `source`, `source.start` [n, width], for encoder-decoder models `prefix`, `prefix.start` [m, width]; `alpha` [nodes];
 * `position`, `target` (and `contrast`) [K]. Outputs `objective` [K, nodes] and, per side, `products.<side>` [K, nodes, tokens]:
 * Σ_width ∂F/∂x(α) · (x − x₀), the integrand of integrated gradients.
 */
export function pathProductsGraph(model: Model, spec: ObjectiveSpec): Graph {
  const { inputs, paths, targets, objective } = explain(model, spec)
  const gradients = gradientsOf(objective, paths, targets)
  const products = paths.map(({ name, difference }, i) => ({
    name: `products.${name}`,
    value: sum(mul(gradients[i]!, difference), [-1]),
  }))
  return { name: 'path-products', inputs, outputs: [{ name: 'objective', value: objective }, ...products] }
}

/** The inputs of `pathProductsGraph`. Outputs `objective` [K, nodes] and per side `gradient.<side>` [K, nodes, tokens, width]. */
export function inputGradientGraph(model: Model, spec: ObjectiveSpec): Graph {
  const { inputs, paths, targets, objective } = explain(model, spec)
  const gradients = gradientsOf(objective, paths, targets)
  const outputs = paths.map(({ name }, i) => ({ name: `gradient.${name}`, value: gradients[i]! }))
  return { name: 'input-gradient', inputs, outputs: [{ name: 'objective', value: objective }, ...outputs] }
}

function gradientsOf(objective: Value, paths: readonly Path[], { targets }: TargetInputs): readonly Value[] {
  const points = paths.map(({ point }) => point)
  return backward(objective, points, { kept: targets }).map((gradient, i) => {
    if (gradient === null) {
      throw new ComputeError('internal', `internal: the objective does not depend on the ${paths[i]!.name}`)
    }
    return gradient
  })
}
