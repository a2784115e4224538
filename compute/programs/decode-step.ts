/** Decoding with a key/value cache: what is done once per source, and what is done per token. */
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Dim, Size, Value } from '#compute/graph/value.ts'
import { lookUp } from '#compute/models/blocks.ts'
import type { Cache, Model } from '#compute/models/model.ts'
import { gather } from '#compute/ops/gather.ts'
import { logSoftmax } from '#compute/ops/normalise.ts'
import { scalar } from '#compute/ops/constant.ts'
import { reshape, squeeze } from '#compute/ops/shape.ts'

/** What a step returns of its last token: greedy search compares logits, beam search adds log-probabilities. */
export type StepScores = 'logits' | 'log-probs'

type Named = readonly { readonly name: string; readonly value: Value }[]

const nameCaches = (prefix: string, caches: readonly Cache[]): Named =>
  caches.flatMap(({ keys, values }, l) => [
    { name: `${prefix}.${l}.keys`, value: keys },
    { name: `${prefix}.${l}.values`, value: values },
  ])

function cacheInputs(model: Model, prefix: string, batch: Dim, length: Size): readonly Cache[] {
  const heads = model.heads.decoder
  const shape: readonly Dim[] = [batch, heads, length, model.stateWidth / heads]
  return Array.from({ length: model.layers.decoder }, (_, l) => ({
    keys: input(`${prefix}.${l}.keys`, 'float32', shape),
    values: input(`${prefix}.${l}.values`, 'float32', shape),
  }))
}

const listCaches = (caches: readonly Cache[]): readonly Value[] => caches.flatMap(({ keys, values }) => [keys, values])

function scoresOf(model: Model, states: Value, kind: StepScores): Value {
  const logits = model.head(states)
  return kind === 'logits' ? logits : logSoftmax(logits)
}

/** Encoder-decoder models: input `input_ids` [1, n]; outputs `memory.{l}.keys` and `.values` [1, heads, n, width / heads]. */
export function encodeGraph(model: Model): Graph {
  const ids = input('input_ids', 'int64', [1, makeSize('source')])
  const states = model.encode!(lookUp(ids, model.embeddings('source')), {})
  return { name: 'encode', inputs: [ids], outputs: nameCaches('memory', model.crossCaches!(states)) }
}

/** Decoder-only models: input `input_ids` [1, n]; outputs `scores` [1, vocabulary] of the next token and `present.{l}.*`. */
export function promptGraph(model: Model, kind: StepScores): Graph {
  const tokens = makeSize('source')
  const ids = input('input_ids', 'int64', [1, tokens])
  const { states, caches } = model.decode({ embeddings: lookUp(ids, model.embeddings('source')), memory: null }, {})
  const last = gather(states, scalar('int64', -1), 1)
  const scores = { name: 'scores', value: scoresOf(model, last, kind) }
  return { name: 'prompt', inputs: [ids], outputs: [scores, ...nameCaches('present', caches)] }
}

/**
 * One token per beam. Inputs `ids` [beams, 1], `length` [1] (tokens before it), `order` [beams] (which beam of the past each
 * one continues), `past.{l}.*` [past beams, heads, length, width / heads] and, for encoder-decoder models, `memory.{l}.*`.
 * Outputs `scores` [beams, vocabulary] and `present.{l}.*` [beams, heads, length + 1, width / heads].
 */
export function decodeStepGraph(model: Model, kind: StepScores): Graph {
  const beams = makeSize('beams')
  const ids = input('ids', 'int64', [beams, 1])
  const length = input('length', 'int64', [1])
  const order = input('order', 'int64', [beams])
  const past = cacheInputs(model, 'past', makeSize('past_beams'), makeSize('past'))
  const memory = model.encode === null ? null : { caches: cacheInputs(model, 'memory', 1, makeSize('source')) }
  const reordered = past.map(({ keys, values }) => ({ keys: gather(keys, order, 0), values: gather(values, order, 0) }))
  const embeddings = lookUp(ids, model.embeddings('prefix'))
  const { states, caches } = model.decode({ embeddings, memory, past: { caches: reordered, length } }, {})
  const scores = scoresOf(model, squeeze(states, [1]), kind)
  return {
    name: 'decode-step',
    inputs: [ids, length, order, ...listCaches(past), ...(memory === null ? [] : listCaches(memory.caches))],
    outputs: [
      { name: 'scores', value: reshape(scores, [beams, model.vocabulary.output]) },
      ...nameCaches('present', caches),
    ],
  }
}
