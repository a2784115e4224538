/** A model without some of its heads, for everything that can be done with a model: writing, scoring, attributing. */
import { ComputeError } from '#compute/errors.ts'
import { constant } from '#compute/graph/node.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Hooks, Model } from '#compute/models/model.ts'
import { mix, placeKey } from '#compute/programs/ablation.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { Head } from '#compute/types.ts'
import { checkHeads } from './heads.ts'
import type { HeadValues } from './heads.ts'

/**
 * The engine with the outputs of these heads replaced by values (zero where there is none), in every program. `values` must be
 * the same for the same `name`: programs are kept under it. Closing it is left to the whole engine.
 */
export function ablatedEngine(engine: Engine, heads: readonly Head[], values: HeadValues, name: string): Engine {
  checkHeads(engine.model, heads)
  const model = ablatedModel(engine.model, heads, values)
  const key = `without ${heads
    .map((head) => `${placeKey(head)}.${head.head}`)
    .toSorted()
    .join()} ${name}`
  return {
    ...engine,
    model,
    program: (own, build, temperature) => engine.program(`${key}: ${own}`, build, temperature),
    close: () => Promise.reject(new ComputeError('internal', 'internal: the whole engine is the one to close')),
  }
}

function ablatedModel(model: Model, heads: readonly Head[], values: HeadValues): Model {
  const { encode } = model
  const gone = new Map<string, Set<number>>()
  for (const head of heads) {
    gone.set(placeKey(head), (gone.get(placeKey(head)) ?? new Set<number>()).add(head.head))
  }
  const without = (hooks: Hooks): Hooks => ({
    ...hooks,
    heads: (kind, layer, output) => {
      const key = placeKey({ kind, layer })
      const own = gone.get(key)
      const left = own === undefined ? output : replace(output, own, values.get(key))
      return hooks.heads?.(kind, layer, left) ?? left
    },
  })
  return {
    ...model,
    encode: encode === null ? null : (embeddings, hooks, from) => encode(embeddings, without(hooks), from),
    decode: (input, hooks) => model.decode(input, without(hooks)),
  }
}

/** Output [..., heads, query, head width] with some heads' rows replaced. */
function replace(output: Value, gone: ReadonlySet<number>, values: Float32Array | undefined): Value {
  const heads = output.shape.at(-3) as number // heads were split by a known number
  const keep = Float32Array.from({ length: heads }, (_, h) => (gone.has(h) ? 0 : 1))
  const value = values ?? new Float32Array(heads)
  return mix(
    output,
    constant('float32', [heads, 1, 1], keep),
    constant('float32', [heads, 1, value.length / heads], value),
  )
}
