/** F with some tokens replaced by their baseline; forward only. */
import type { Graph } from '#compute/graph/graph.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Model } from '#compute/models/model.ts'
import { listInputs } from './objective.ts'
import type { ObjectiveSpec } from './objective.ts'
import { explain, listEnds, masked } from './sides.ts'

/**
 * Inputs `source`, `source.start` [n, width], for encoder-decoder models `prefix`, `prefix.start` [m, width]; `keep.source`
 * [nodes, n] and `keep.prefix` [nodes, m], 1 where a token is itself and 0 where it is its baseline; those of `targetInputs`.
 * Output `objective`: [K, nodes], every target under every mask; with `isPaired` [1, nodes], K = nodes, each under its own.
 */
export function maskedObjectiveGraph(model: Model, spec: ObjectiveSpec, isPaired: boolean): Graph {
  const nodes = makeSize('nodes')
  const { sides, keep } = masked(model, nodes)
  const { targets, objective } = explain(model, spec, sides, isPaired ? nodes : null)
  const inputs = [...listEnds(sides), ...keep, ...listInputs(targets)]
  return { name: 'masked-objective', inputs, outputs: [{ name: 'objective', value: objective }] }
}
