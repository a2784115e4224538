/**
 * Writing for several sources in one run. Sources of an encoder are filled up behind to one length, and attention to what was
 * filled in is taken away after the softmax, the rest made to sum to one again, which is what a mask before it does. Prompts of a
 * decoder are not filled up: all rows stand at the same position, and a row whose prompt is longer is fed it meanwhile.
 */
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import { lookUp } from '#compute/models/blocks.ts'
import type { AttentionKind } from '#compute/types.ts'
import type { Hooks, Model } from '#compute/models/model.ts'
import { add, cast, div, equal, lessOrEqual, mul, sub, where } from '#compute/ops/elementwise.ts'
import { gather } from '#compute/ops/gather.ts'
import { loop } from '#compute/ops/loop.ts'
import { logSoftmax } from '#compute/ops/normalise.ts'
import { argMax, largest, sum } from '#compute/ops/reduce.ts'
import { reshape, squeeze, unsqueeze } from '#compute/ops/shape.ts'
import { cacheInputs, cacheShape, listCaches, nameCaches, pairUp } from './cache-ports.ts'
import { entropyOf, logProbOf } from './distribution.ts'

/** Keeps attention of a kind to the keys that `mask` [rows, 1, 1, keys] has 1 at. */
export const maskKeys = (masked: AttentionKind, mask: Value): Hooks => ({
  attention: (kind, _layer, weights) => {
    if (kind !== masked) return weights
    const kept = mul(weights, mask)
    return div(kept, sum(kept, [-1], true))
  },
})

/** Inputs `input_ids` [rows, n] and `mask` [rows, 1, 1, n]; outputs `memory.{l}.*` [rows, key heads, n, head width]. */
export function encodeTogetherGraph(model: Model): Graph {
  const [rows, tokens] = [makeSize('rows'), makeSize('source')]
  const ids = input('input_ids', 'int64', [rows, tokens])
  const mask = input('mask', 'float32', [rows, 1, 1, tokens])
  const states = model.encode!(lookUp(ids, model.embeddings('source')), maskKeys('encoder', mask))
  return { name: 'encode-together', inputs: [ids, mask], outputs: nameCaches('memory', model.crossCaches!(states)) }
}

/** What all prompts of a decoder have read after their first tokens. Input `input_ids` [rows, n]; outputs `present.{l}.*`. */
export function promptTogetherGraph(model: Model): Graph {
  const ids = input('input_ids', 'int64', [makeSize('rows'), makeSize('source')])
  const { caches } = model.decode({ embeddings: lookUp(ids, model.embeddings('source')), memory: null }, {})
  return { name: 'prompt-together', inputs: [ids], outputs: nameCaches('present', caches) }
}

/**
 * Greedy search of several rows over several tokens. Inputs `ids` [rows, 1] and `length` [1], the tokens to read and how many
 * stand before them; `open` [rows], 0 for rows that have ended; `turns` []; `bias` [turns, vocabulary]; `forced` [turns, rows],
 * the token that follows in a prompt, or −1; `end` [count]; `past.{l}.*` and `memory.{l}.*` with `mask` [rows, 1, 1, n]. Outputs
 * `written`, `logProb` and `entropy` [turns taken, rows] of the distributions without bias, `still` [rows], the new `open`, and `present.{l}.*`.
 */
export function writeTogetherGraph(model: Model): Graph {
  const feeds = feedsOf(model)
  const { ids, length, open, turns, past, memory, mask } = feeds
  const hooks = mask === null ? {} : maskKeys('cross', mask)
  const initial = [ids, length, open, ...listCaches(past)]
  const grown = cacheShape(model, ids.shape[0]!, makeSize('grown'))
  const growing = initial.map((_, i) => (i < 3 ? null : grown))
  const { state, collected } = loop(turns, initial, growing, (turn, [read, at, still, ...cached]) => {
    const embeddings = lookUp(read!, model.embeddings('prefix'))
    const step = model.decode({ embeddings, memory, past: { caches: pairUp(cached), length: at! } }, hooks)
    const logits = model.head(squeeze(step.states, [1])) // [rows, vocabulary]
    const { next, isEnd } = choose(logits, turn, feeds)
    const stillOpen = mul(still!, sub(1, isEnd))
    return {
      goesOn: equal(largest(stillOpen, [0]), 1),
      state: [unsqueeze(next, [1]), add(at!, 1), stillOpen, ...listCaches(step.caches)],
      collected: [next, ...scoresOf(logits, next)],
    }
  })
  const names = ['written', 'logProb', 'entropy']
  return {
    name: 'write-together',
    inputs: feeds.all,
    outputs: [
      ...collected.map((value, i) => ({ name: names[i]!, value })),
      { name: 'still', value: state[2]! },
      ...nameCaches('present', pairUp(state.slice(3))),
    ],
  }
}

type Feeds = ReturnType<typeof feedsOf>

/** The inputs, by name and in their order. */
function feedsOf(model: Model) {
  const [rows, sources] = [makeSize('rows'), makeSize('source')]
  const ids = input('ids', 'int64', [rows, 1])
  const length = input('length', 'int64', [1])
  const open = input('open', 'int64', [rows])
  const turns = input('turns', 'int64', [])
  const bias = input('bias', 'float32', [makeSize('turns'), model.vocabulary.output])
  const forced = input('forced', 'int64', [makeSize('turns'), rows])
  const end = input('end', 'int64', [makeSize('ends')])
  const past = cacheInputs(model, 'past', rows, makeSize('past'))
  const memory = model.encode === null ? null : { caches: cacheInputs(model, 'memory', rows, sources) }
  const mask = memory === null ? null : input('mask', 'float32', [rows, 1, 1, sources])
  const ofMemory = memory === null ? [] : [mask!, ...listCaches(memory.caches)]
  const all = [ids, length, open, turns, bias, forced, end, ...listCaches(past), ...ofMemory]
  return { ids, length, open, turns, bias, forced, end, past, memory, mask, all }
}

/** The next token of every row [rows], and 1 where it was chosen and ends the row. */
function choose(
  logits: Value,
  turn: Value,
  { bias, forced, end }: Feeds,
): { readonly next: Value; readonly isEnd: Value } {
  const fed = gather(forced, turn, 0)
  const best = argMax(add(logits, gather(bias, reshape(turn, [1]), 0)))
  const next = where(lessOrEqual(0, fed), fed, best)
  const isEnd = largest(cast(equal(unsqueeze(next, [1]), end), 'int64'), [1])
  return { next, isEnd: mul(isEnd, cast(equal(fed, -1), 'int64')) }
}

/** Log-probability of the chosen tokens and entropy of the distributions, [rows] each. */
function scoresOf(logits: Value, chosen: Value): readonly [Value, Value] {
  const logProbs = logSoftmax(logits)
  return [logProbOf(logProbs, chosen), entropyOf(logProbs)]
}
