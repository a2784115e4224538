/**
 * What a model thinks of the outputs of several sources, in one pass. All rows are filled up behind to one length: later tokens of
 * a decoder change nothing, and encoder tokens that were filled in are masked.
 */
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Hooks, Model } from '#compute/models/model.ts'
import { div } from '#compute/ops/elementwise.ts'
import { gather } from '#compute/ops/gather.ts'
import { matMul } from '#compute/ops/matrix.ts'
import { sum } from '#compute/ops/reduce.ts'
import { concat, flatten, squeeze, unsqueeze } from '#compute/ops/shape.ts'
import { scoreTargets, widenTo } from './teacher-force.ts'
import type { TeacherForceTaps } from './teacher-force.ts'
import { readTokens, tokenInputs } from './token-inputs.ts'
import { maskKeys } from './together.ts'

/**
 * Inputs `input_ids` [rows, n], for encoder-decoder models `decoder_input_ids` [rows, m]; `live` [rows, 1, 1, n], 1 at the tokens
 * of the source and 0 at all others; `position` [K], the places whose logits are read, counted through all rows of the decoder, and
 * `target` [K], the tokens found there. Outputs as those of `teacherForceGraph`, with `states.source` [layers + 1, rows, width].
 */
export function forceTogetherGraph(model: Model, taps: TeacherForceTaps): Graph {
  const [rows, targets] = [makeSize('rows'), makeSize('targets')]
  const ids = tokenInputs(model, rows)
  const live = input('live', 'float32', [rows, 1, 1, ids[0].shape[1]!])
  const position = input('position', 'int64', [targets])
  const target = input('target', 'int64', [targets])
  const seen: Record<'encoder' | 'decoder', Value[]> = { encoder: [], decoder: [] }
  const taken: Hooks = taps.states ? { states: (side, _layer, states) => seen[side].push(states) } : {}
  const { embeddings, memory } = readTokens(model, ids, { ...taken, ...maskKeys('encoder', live) })
  const hooks: Hooks = memory === null ? taken : { ...taken, ...maskKeys('cross', live) }
  const { states } = model.decode({ embeddings, memory }, hooks)
  const outputs = scoreTargets(model, gather(flatten(states), position, 0), target, taps.alternatives)
  if (taps.states) {
    const widened = (layer: Value): Value => widenTo(layer, model.stateWidth)
    const steps = seen.decoder.map((layer) => unsqueeze(gather(flatten(widened(layer)), position, 0), [0]))
    const read = model.encode === null ? seen.decoder : seen.encoder
    const sources = read.map((layer) => unsqueeze(meanOver(widened(layer), squeeze(live, [1])), [0]))
    outputs.push(
      { name: 'states.steps', value: concat(steps, 0) },
      { name: 'states.source', value: concat(sources, 0) },
    )
  }
  const inputs = [...ids, live, position, target]
  return { name: 'force-together', inputs, outputs }
}

/** Mean of [rows, tokens, width] over the tokens where `live` [rows, 1, tokens] is 1, as [rows, width]. */
const meanOver = (states: Value, live: Value): Value => squeeze(div(matMul(live, states), sum(live, [-1], true)), [1])
