/** Where the paths of a problem end and start, and how programs are fed with it. */
import type { Side } from '#compute/models/model.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { floats } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import { embed, embedBaseline, specialIds } from './embeddings.ts'
import type { BaselineChoice } from './embeddings.ts'
import type { Problem } from './problem.ts'

export interface Ends {
  /** Tokens of source and prefix. */
  readonly tokens: number
  readonly sourceTokens: number
  /** Places of the tokens, source then prefix, that leave their embedding. */
  readonly moving: readonly number[]
  /** How many tokens each side has when those from `length` on are cut away from what the decoder reads. */
  readonly lengths: (length: number) => { readonly source: number; readonly prefix: number | null }
  /** Feeds `<side>` and `<side>.start` [tokens, width], cut likewise; of one side where it is named. */
  readonly feeds: (length: number, side?: Side) => Readonly<Record<string, Tensor>>
}

/** Embeddings of a problem and of its baseline. */
export async function openEnds(engine: Engine, { source, prefix }: Problem, choice: BaselineChoice): Promise<Ends> {
  const { model } = engine
  const { width } = model
  const sides: { readonly name: Side; readonly end: Float32Array; readonly start: Float32Array }[] = []
  for (const [name, ids] of [['source', source] as const, ...(prefix === null ? [] : [['prefix', prefix] as const])]) {
    const end = await embed(engine, name, ids)
    sides.push({ name, end, start: await embedBaseline(engine, name, ids, end, choice) })
  }
  const kept = choice.attributeSpecial ? new Set<number>() : specialIds(model)
  const lengths: Ends['lengths'] = (length) =>
    prefix === null ? { source: length, prefix: null } : { source: source.length, prefix: length }
  return {
    tokens: source.length + (prefix?.length ?? 0),
    sourceTokens: source.length,
    moving: [...source, ...(prefix ?? [])].flatMap((id, i) => (kept.has(id) ? [] : [i])),
    lengths,
    feeds: (length, side) =>
      Object.fromEntries(
        sides.flatMap(({ name, end, start }) => {
          if (side !== undefined && name !== side) return []
          const tokens = lengths(length)[name] ?? 0
          const cut = (data: Float32Array): Tensor => floats([tokens, width], data.subarray(0, tokens * width))
          return [
            [name, cut(end)],
            [`${name}.start`, cut(start)],
          ]
        }),
      ),
  }
}
