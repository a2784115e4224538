/** What every head writes, before the output projection mixes the heads of a layer. */
import type { Graph } from '#compute/graph/graph.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Model } from '#compute/models/model.ts'
import { squeeze } from '#compute/ops/shape.ts'
import { placeKey } from './ablation.ts'
import { readTokens, tokenInputs } from './token-inputs.ts'

/** Inputs `input_ids` [1, n], for encoder-decoder models `decoder_input_ids` [1, m]. Outputs `{kind}.{l}` [heads, query, head width]. */
export function headOutputsGraph(model: Model): Graph {
  const outputs: { name: string; value: Value }[] = []
  const hooks = {
    heads: (kind: Parameters<typeof placeKey>[0]['kind'], layer: number, output: Value): Value => {
      outputs.push({ name: placeKey({ kind, layer }), value: squeeze(output, [0]) })
      return output
    },
  }
  const ids = tokenInputs(model)
  model.decode(readTokens(model, ids, hooks), hooks)
  return { name: 'head-outputs', inputs: ids, outputs }
}
