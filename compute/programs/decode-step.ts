/** Decoding with a key/value cache: what is done once per source, and what is done per token. */
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import { lookUp } from '#compute/models/blocks.ts'
import type { Model } from '#compute/models/model.ts'
import { add, cast, equal } from '#compute/ops/elementwise.ts'
import { gather } from '#compute/ops/gather.ts'
import { loop } from '#compute/ops/loop.ts'
import { logSoftmax } from '#compute/ops/normalise.ts'
import { argMax, largest } from '#compute/ops/reduce.ts'
import { scalar } from '#compute/ops/constant.ts'
import { reshape, squeeze } from '#compute/ops/shape.ts'
import { cacheInputs, cacheShape, listCaches, nameCaches, pairUp } from './cache-ports.ts'

/** What a step returns of its last token: greedy search compares logits, beam search adds log-probabilities. */
export type StepScores = 'logits' | 'log-probs'

function scoresOf(model: Model, states: Value, kind: StepScores): Value {
  const logits = model.head(states)
  return kind === 'logits' ? logits : logSoftmax(logits)
}

/** Encoder-decoder models: input `input_ids` [1, n]; outputs `memory.{l}.keys` and `.values` [1, key heads, n, head width]. */
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
 * one continues), `past.{l}.*` [past beams, key heads, length, head width] and, for encoder-decoder models, `memory.{l}.*`.
 * Outputs `scores` [beams, vocabulary] and `present.{l}.*` [beams, key heads, length + 1, head width].
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

/**
 * Greedy search over several tokens with the cache kept inside the graph: outputs are copied, so returning it after every
 * token would cost more than the token. Inputs `token` [1, 1] and `length` [1] as in a step, `turns` [] (int64), `bias`
 * [turns, vocabulary] added to the logits of each turn, `end` [count] ids after which it stops, `past.{l}.*` and `memory.{l}.*`.
 * Outputs `written` [turns taken, 1] and `present.{l}.*`.
 */
export function greedyLoopGraph(model: Model): Graph {
  const token = input('token', 'int64', [1, 1])
  const length = input('length', 'int64', [1])
  const turns = input('turns', 'int64', [])
  const bias = input('bias', 'float32', [makeSize('turns'), model.vocabulary.output])
  const end = input('end', 'int64', [makeSize('ends')])
  const past = cacheInputs(model, 'past', 1, makeSize('past'))
  const memory = model.encode === null ? null : { caches: cacheInputs(model, 'memory', 1, makeSize('source')) }
  const grown = cacheShape(model, 1, makeSize('grown'))
  const initial = [token, length, ...listCaches(past)]
  const growing = initial.map((_, i) => (i < 2 ? null : grown))
  const { state, collected } = loop(turns, initial, growing, (turn, [ids, at, ...cached]) => {
    const embeddings = lookUp(ids!, model.embeddings('prefix'))
    const { states, caches } = model.decode({ embeddings, memory, past: { caches: pairUp(cached), length: at! } }, {})
    const logits = reshape(model.head(states), [1, model.vocabulary.output])
    const next = argMax(add(logits, gather(bias, reshape(turn, [1]), 0))) // [1]
    const isEnd = largest(cast(equal(next, end), 'int64'), [0])
    return {
      goesOn: equal(isEnd, 0),
      state: [reshape(next, [1, 1]), add(at!, 1), ...listCaches(caches)],
      collected: [next],
    }
  })
  const present = pairUp(state.slice(2))
  return {
    name: 'greedy-loop',
    inputs: [
      token,
      length,
      turns,
      bias,
      end,
      ...listCaches(past),
      ...(memory === null ? [] : listCaches(memory.caches)),
    ],
    outputs: [{ name: 'written', value: collected[0]! }, ...nameCaches('present', present)],
  }
}
