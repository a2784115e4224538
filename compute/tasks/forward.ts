import type { FileTensor } from '#compute/checkpoint/safetensors.ts'
import { checkProblem } from '#compute/attribution/problem.ts'
import { idFeeds } from '#compute/attribution/target-feeds.ts'
import type { Model } from '#compute/models/model.ts'
import { forwardGraph } from '#compute/programs/forward.ts'
import type { Engine } from '#compute/runtime/engine.ts'

/** The names of all taps of a model, as `forward` writes them. */
export function tapsOf({ kind, layers }: Model): readonly string[] {
  const sides = kind === 'decoder-only' ? (['decoder'] as const) : (['encoder', 'decoder'] as const)
  const kinds = kind === 'decoder-only' ? (['decoder'] as const) : (['encoder', 'decoder', 'cross'] as const)
  const depth = (side: 'encoder' | 'decoder' | 'cross'): number => layers[side === 'cross' ? 'decoder' : side]
  return [
    'logits',
    ...sides.map((side) => `hidden.${side}.0…${depth(side)}`),
    ...kinds.map((side) => `attention.${side}.0…${depth(side) - 1}`),
  ]
}

/** Logits, hidden states and attention of given ids, as float32 tensors by name. */
export async function forward(
  engine: Engine,
  source: readonly number[],
  prefix: readonly number[] | null,
): Promise<Readonly<Record<string, FileTensor>>> {
  checkProblem(engine.model, { source, prefix, targets: [{ position: 0, id: 0 }] })
  const taps = { states: true, attention: true }
  const session = await engine.program('forward', () => forwardGraph(engine.model, taps), 'cold')
  const outputs = await session.run(idFeeds({ source, prefix }))
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { shape, data }]) => [
      name,
      { dtype: 'F32', shape, data: data as Float32Array },
    ]),
  )
}
