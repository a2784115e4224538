/** Token embeddings as they enter a model: scaled, before positions. */
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import { lookUp } from '#compute/models/blocks.ts'
import type { Model, Side } from '#compute/models/model.ts'
import { mul } from '#compute/ops/elementwise.ts'
import { mean } from '#compute/ops/reduce.ts'

/** Input `ids` int64 [tokens]; output `embeddings` [tokens, width]. */
export function embeddingGraph(model: Model, side: Side): Graph {
  const ids = input('ids', 'int64', [makeSize('tokens')])
  const value = lookUp(ids, model.embeddings(side))
  return { name: `embedding-${side}`, inputs: [ids], outputs: [{ name: 'embeddings', value }] }
}

/** No inputs; output `mean` [width], over the whole vocabulary. */
export function meanEmbeddingGraph(model: Model, side: Side): Graph {
  const { table, scale } = model.embeddings(side)
  const value = mul(mean(table, [0]), scale)
  return { name: `mean-embedding-${side}`, inputs: [], outputs: [{ name: 'mean', value }] }
}
