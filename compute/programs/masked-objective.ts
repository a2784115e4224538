/** F with some tokens replaced by their baseline; forward only. */
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Size, Value } from '#compute/graph/value.ts'
import type { DecoderInput, Model } from '#compute/models/model.ts'
import { gather } from '#compute/ops/gather.ts'
import { listInputs } from './objective.ts'
import type { ObjectiveSpec } from './objective.ts'
import { explainWith, listEnds, masked } from './sides.ts'

/**
 * What the encoder makes of a source under masks. Inputs `source`, `source.start` [n, width], `keep.source` [sources, n], 1 where a
 * token is itself and 0 where it is its baseline. Output `memory` [sources, n, state width].
 */
export function maskedSourceGraph(model: Model): Graph {
  const source = masked(model, 'source', makeSize('sources'))
  const memory = model.encode!(source.point, {}) // asked of models with an encoder
  return {
    name: 'masked-source',
    inputs: [...listEnds([source]), source.keep],
    outputs: [{ name: 'memory', value: memory }],
  }
}

/**
 * Inputs `<side>`, `<side>.start` [tokens, width] and `keep.<side>` [nodes, tokens] of what the decoder reads: the source of a
 * decoder-only model, else the prefix; then also `memory` [sources, n, state width], the states of the encoder under the distinct masks
 * of the source, and `memory.of` [nodes], which of them belongs to a node; those of `targetInputs`.
 * Output `objective`: [K, nodes], every target under every mask.
 */
export function maskedObjectiveGraph(model: Model, spec: ObjectiveSpec): Graph {
  const nodes = makeSize('nodes')
  const side = masked(model, model.encode === null ? 'source' : 'prefix', nodes)
  const shared = model.encode === null ? null : sharedMemory(model, nodes)
  const { targets, objective } = explainWith(model, spec, side, shared?.memory ?? null)
  const inputs = [...listEnds([side]), side.keep, ...(shared?.inputs ?? []), ...listInputs(targets)]
  return { name: 'masked-objective', inputs, outputs: [{ name: 'objective', value: objective }] }
}

/** Keys and values of the cross attention, made once for each distinct source and handed to its nodes. */
function sharedMemory(
  model: Model,
  nodes: Size,
): { readonly inputs: readonly Value[]; readonly memory: DecoderInput['memory'] } {
  const states = input('memory', 'float32', [makeSize('sources'), makeSize('source'), model.stateWidth])
  const of = input('memory.of', 'int64', [nodes])
  const caches = model.crossCaches!(states).map(({ keys, values }) => ({
    keys: gather(keys, of, 0),
    values: gather(values, of, 0),
  }))
  return { inputs: [states, of], memory: { caches } }
}
