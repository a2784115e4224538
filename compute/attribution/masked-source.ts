/**
 * The encoder under masks. It sees the source alone, so masks that keep the same source tokens share its states, and all of those that
 * mask only prefix tokens share one run of it. What was computed is kept for later masks and other targets.
 */
import { maskedSourceGraph } from '#compute/programs/masked-objective.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { floats, integers } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import type { Ends } from './ends.ts'

/** Places, in source then prefix, of the tokens whose embedding is replaced by the baseline's; positions stay as they are. */
export type Mask = readonly number[]

export interface MaskedSource {
  /** Feeds `memory` [sources, n, state width], each distinct masked source once, and `memory.of` [masks]. */
  readonly feeds: (masks: readonly Mask[]) => Promise<Readonly<Record<string, Tensor>>>
}

/** Bytes of states that are kept of one problem: the first ones, since every order of masks begins with those that come again. */
const mostKept = 64 * 2 ** 20

export function openMaskedSource(engine: Engine, ends: Ends): MaskedSource {
  const { sourceTokens } = ends
  const numbers = sourceTokens * engine.model.stateWidth
  const kept = new Map<string, Float32Array>()

  async function encode(masks: ReadonlyMap<string, Mask>): Promise<ReadonlyMap<string, Float32Array>> {
    if (masks.size === 0) return new Map()
    const session = await engine.program('masked-source', () => maskedSourceGraph(engine.model), 'hot')
    const { memory } = await session.run({
      ...ends.feeds(0, 'source'),
      'keep.source': keepFeed([...masks.values()], 0, sourceTokens),
    })
    const data = memory!.data as Float32Array // the program's output is float32
    return new Map([...masks.keys()].map((key, i) => [key, data.slice(i * numbers, (i + 1) * numbers)]))
  }

  return {
    feeds: async (masks) => {
      const sources = masks.map((mask) => mask.filter((place) => place < sourceTokens).toSorted((a, b) => a - b))
      const keys = sources.map((source) => source.join(' '))
      const distinct = new Map(keys.map((key, i) => [key, sources[i]!]))
      const fresh = await encode(new Map([...distinct].filter(([key]) => !kept.has(key))))
      const order = [...distinct.keys()]
      const memory = new Float32Array(order.length * numbers)
      order.forEach((key, i) => memory.set(kept.get(key) ?? fresh.get(key)!, i * numbers))
      for (const [key, states] of fresh) if (4 * numbers * (kept.size + 1) <= mostKept) kept.set(key, states)
      const rows = new Map(order.map((key, i) => [key, i]))
      return {
        memory: floats([order.length, sourceTokens, engine.model.stateWidth], memory),
        'memory.of': integers(
          [masks.length],
          keys.map((key) => rows.get(key)!),
        ),
      }
    },
  }
}

/** [masks, tokens] of one side, which starts at the place `first`: 1 for what stays. */
export function keepFeed(masks: readonly Mask[], first: number, tokens: number): Tensor {
  const data = new Float32Array(masks.length * tokens).fill(1)
  masks.forEach((mask, q) => {
    for (const place of mask) if (place >= first && place < first + tokens) data[q * tokens + place - first] = 0
  })
  return floats([masks.length, tokens], data)
}
