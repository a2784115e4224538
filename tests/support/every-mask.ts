import type { Graph } from '#compute/graph/graph.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Model } from '#compute/models/model.ts'
import { listInputs } from '#compute/programs/objective.ts'
import { explain, listEnds, masked } from '#compute/programs/sides.ts'
import { logProbSpec } from './options.ts'

/**
 * The masked objective of an encoder-decoder model with the encoder inside the program, once for every mask. Inputs `keep.source` and
 * `keep.prefix` [masks, tokens]; output `objective` [K, masks].
 */
export function everyMaskGraph(model: Model): Graph {
  const nodes = makeSize('nodes')
  const sides = [masked(model, 'source', nodes), masked(model, 'prefix', nodes)]
  const { targets, objective } = explain(model, logProbSpec, sides)
  const inputs = [...listEnds(sides), ...sides.map(({ keep }) => keep), ...listInputs(targets)]
  return { name: 'every-mask', inputs, outputs: [{ name: 'objective', value: objective }] }
}
