/** Gradients of F by the scaled token embeddings, along a straight path, for many targets and nodes at once. */
import { ComputeError } from '#compute/errors.ts'
import { backward } from '#compute/grad/backward.ts'
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Model } from '#compute/models/model.ts'
import { mul, sqrt, square } from '#compute/ops/elementwise.ts'
import { sum } from '#compute/ops/reduce.ts'
import { listInputs } from './objective.ts'
import type { ObjectiveSpec } from './objective.ts'
import { alongPath, alongPrefix, explain, listEnds } from './sides.ts'
import type { Side } from './sides.ts'

/** What a program returns of the gradient [K, nodes, tokens, width] by one side. */
type Reading = { readonly name: string; readonly of: (gradient: Value, side: Side) => Value }

function gradientGraph(name: string, model: Model, spec: ObjectiveSpec, reading: Reading): Graph {
  const alpha = input('alpha', 'float32', [makeSize('nodes')])
  const sides = alongPath(model, alpha)
  const { targets, objective } = explain(model, spec, sides)
  const points = sides.map(({ point }) => point)
  const outputs = backward(objective, points, { kept: targets.targets }).map((gradient, i) => {
    const side = sides[i]!
    if (gradient === null) {
      throw new ComputeError('internal', `internal: the objective does not depend on the ${side.name}`)
    }
    return { name: `${reading.name}.${side.name}`, value: reading.of(gradient, side) }
  })
  const inputs = [...listEnds(sides), alpha, ...listInputs(targets)]
  return { name, inputs, outputs: [{ name: 'objective', value: objective }, ...outputs] }
}

/**
 * The products of the prefix where no token of the source leaves its embedding, so that those of the source are 0: the encoder
 * runs once instead of once per node, and nothing is sent back through it. Inputs and outputs of `pathProductsGraph` without
 * `source.start` and `products.source`.
 */
export function prefixProductsGraph(model: Model, spec: ObjectiveSpec): Graph {
  const alpha = input('alpha', 'float32', [makeSize('nodes')])
  const [source, prefix] = alongPrefix(model, alpha) as readonly [Side, Side] // encoder-decoder models have both
  const { targets, objective } = explain(model, spec, [source, prefix])
  const [gradient] = backward(objective, [prefix.point], { kept: targets.targets })
  const value = sum(mul(gradient!, prefix.difference), [-1]) // every objective is read from states of the prefix
  const outputs = [
    { name: 'objective', value: objective },
    { name: 'products.prefix', value },
  ]
  return {
    name: 'prefix-products',
    inputs: [source.end, ...listEnds([prefix]), alpha, ...listInputs(targets)],
    outputs,
  }
}

/**
 * Inputs `source`, `source.start` [n, width], for encoder-decoder models `prefix`, `prefix.start` [m, width]; `alpha` [nodes];
 * those of `targetInputs`. Outputs `objective` [K, nodes] and, per side, `products.<side>` [K, nodes, tokens]:
 * Σ_width ∂F/∂x(α) · (x − x₀), the integrand of integrated gradients.
 */
export const pathProductsGraph = (model: Model, spec: ObjectiveSpec): Graph =>
  gradientGraph('path-products', model, spec, {
    name: 'products',
    of: (gradient, { difference }) => sum(mul(gradient, difference), [-1]),
  })

/** The inputs of `pathProductsGraph`. Outputs `objective` [K, nodes] and per side `gradient.<side>` [K, nodes, tokens, width]. */
export const inputGradientGraph = (model: Model, spec: ObjectiveSpec): Graph =>
  gradientGraph('input-gradient', model, spec, { name: 'gradient', of: (gradient) => gradient })

/** The inputs of `pathProductsGraph`. Outputs `objective` and, per side, `norm.<side>` [K, nodes, tokens]: ‖∂F/∂x(α)‖₂. */
export const gradientNormGraph = (model: Model, spec: ObjectiveSpec): Graph =>
  gradientGraph('gradient-norm', model, spec, { name: 'norm', of: (gradient) => sqrt(sum(square(gradient), [-1])) })
