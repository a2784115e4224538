/** What attention alone says about which tokens an output token draws on: weights as they are, and rolled out over the layers. */
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Dim, Value } from '#compute/graph/value.ts'
import type { Hooks, Model } from '#compute/models/model.ts'
import { add, cast, equal, mul } from '#compute/ops/elementwise.ts'
import { gather } from '#compute/ops/gather.ts'
import { matMul } from '#compute/ops/matrix.ts'
import { mean } from '#compute/ops/reduce.ts'
import { positionsUpTo, squeeze, unsqueeze } from '#compute/ops/shape.ts'
import { readTokens, tokenInputs } from './token-inputs.ts'

/** Shares of input tokens in the states of one side, [tokens, input tokens] each; rows of both together add up to 1. */
interface Shares {
  /** In the tokens of the side itself. */
  readonly own: Value
  /** In the source, for a decoder that reads one. */
  readonly source: Value | null
}

/**
 * Attention rollout (Abnar and Zuidema 2020), for models with an encoder composed with cross attention. With W the mean of a
 * layer's heads, and half of each state its residual: after self-attention R ← ½R + ½W·R; after cross attention the decoder's
 * shares in the source are ½S + ½W·R of the encoder, those in its own tokens ½R.
 *
 * Inputs `input_ids` [1, n], for encoder-decoder models `decoder_input_ids` [1, m], and `position` [R], the decoder rows that
 * are asked about. Outputs `rollout.source`, `mean.source` [R, n] and, for encoder-decoder models, `rollout.prefix`,
 * `mean.prefix` [R, m]: `mean` is the average over layers and heads of the row's own weights, cross attention for the source
 * and self-attention for the prefix (for the source in decoder-only models). `weights.{decoder,cross}.{l}` [heads, R, key].
 */
export function attentionFlowGraph(model: Model): Graph {
  const position = input('position', 'int64', [makeSize('rows')])
  const ids = tokenInputs(model)
  const flow = startFlow(position, ids[0].shape[1]!, ids.at(-1)!.shape[1]!)
  const hooks = { attention: flow.look }
  model.decode(readTokens(model, ids, hooks), hooks)
  return { name: 'attention-flow', inputs: [...ids, position], outputs: flow.outputs(model.encode !== null) }
}

interface Flow {
  readonly look: NonNullable<Hooks['attention']>
  readonly outputs: (hasPrefix: boolean) => Graph['outputs']
}

/** Follows a model's attention as it is built. */
function startFlow(position: Value, sourceTokens: Dim, decoderTokens: Dim): Flow {
  let encoder = identity(sourceTokens)
  let decoder: Shares = { own: identity(decoderTokens), source: null }
  const rows: Record<'decoder' | 'cross', Value[]> = { decoder: [], cross: [] }
  return {
    look: (kind, _layer, weights) => {
      const matrices = squeeze(weights, [0]) // [heads, query, key]
      const averaged = mean(matrices, [0])
      if (kind === 'encoder') encoder = half(encoder, matMul(averaged, encoder))
      else {
        rows[kind].push(gather(matrices, position, 1))
        decoder = kind === 'decoder' ? rollSelf(decoder, averaged) : rollCross(decoder, averaged, encoder)
      }
      return weights
    },
    outputs: (hasPrefix) => {
      const own = (shares: Value): Value => gather(shares, position, 0)
      const name = hasPrefix ? 'prefix' : 'source'
      const outputs = [
        { name: `rollout.${name}`, value: own(decoder.own) },
        ...(decoder.source === null ? [] : [{ name: 'rollout.source', value: own(decoder.source) }]),
        ...(rows.decoder.length === 0 ? [] : [{ name: `mean.${name}`, value: average(rows.decoder) }]),
        ...(rows.cross.length === 0 ? [] : [{ name: 'mean.source', value: average(rows.cross) }]),
      ]
      const weights = (['decoder', 'cross'] as const).flatMap((kind) =>
        rows[kind].map((value, layer) => ({ name: `weights.${kind}.${layer}`, value })),
      )
      return [...outputs, ...weights]
    },
  }
}

const identity = (tokens: Dim): Value =>
  cast(equal(unsqueeze(positionsUpTo(tokens), [1]), positionsUpTo(tokens)), 'float32')

const half = (a: Value, b: Value): Value => add(mul(a, 0.5), mul(b, 0.5))

const rollSelf = ({ own, source }: Shares, weights: Value): Shares => ({
  own: half(own, matMul(weights, own)),
  source: source === null ? null : half(source, matMul(weights, source)),
})

function rollCross({ own, source }: Shares, weights: Value, encoder: Value): Shares {
  const read = matMul(weights, encoder)
  return { own: mul(own, 0.5), source: source === null ? mul(read, 0.5) : half(source, read) }
}

/** Over layers and heads: [R, key] of matrices [heads, R, key]. */
const average = (layers: readonly Value[]): Value =>
  mul(
    layers.map((layer) => mean(layer, [0])).reduce((sum, layer) => add(sum, layer)),
    1 / layers.length,
  )
