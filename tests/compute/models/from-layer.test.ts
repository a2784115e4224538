import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Hooks, Model } from '#compute/models/model.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import { fixture, goldenCheckpoints, readTensors, relativeError } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-from-layer-'))
afterAll(() => rmSync(cache, { recursive: true }))

type Named = readonly { readonly name: string; readonly value: Value }[]

/** A model started at a layer of one side, and every state it passes from there on. */
function suffix(model: Model, side: 'encoder' | 'decoder', from: number): { inputs: Value[]; outputs: Named } {
  const outputs: { name: string; value: Value }[] = []
  const hooks: Hooks = {
    states: (owner, layer, value) => void outputs.push({ name: `hidden.${owner}.${layer}`, value }),
  }
  const states = input('states', 'float32', [1, makeSize('tokens'), model.stateWidth])
  if (side === 'encoder') {
    model.encode!(states, hooks, from)
    return { inputs: [states], outputs }
  }
  const memory = model.encode === null ? null : input('memory', 'float32', [1, makeSize('source'), model.stateWidth])
  model.decode({ embeddings: states, from, memory: memory === null ? null : { states: memory } }, hooks)
  return { inputs: memory === null ? [states] : [states, memory], outputs }
}

describe('a model that starts at one of its layers', () => {
  for (const name of goldenCheckpoints) {
    it(`[MO6] ${name}: reaches the same states from every layer's own`, async () => {
      const golden = readTensors(fixture(`${name}/golden.safetensors`))
      const engine = await openEngine(fixture(`${name}/checkpoint`), { device: 'cpu', threads: 1, cache })
      const { layers } = engine.model
      const feed = (key: string): Tensor => ({ ...golden.get(key)!, dtype: 'float32' })
      for (const side of ['encoder', 'decoder'] as const) {
        for (let layer = 0; layer < layers[side]; layer++) {
          const key = `${side}-${layer}`
          const { inputs, outputs } = suffix(engine.model, side, layer)
          const session = await engine.program(key, () => ({ name: key, inputs, outputs }), 'cold')
          const memory = inputs.length > 1 ? { memory: feed(`hidden.encoder.${layers.encoder}`) } : {}
          const found = await session.run({ states: feed(`hidden.${side}.${layer}`), ...memory })
          expect(Object.keys(found)).toHaveLength(layers[side] - layer + 1)
          for (const [tap, { data }] of Object.entries(found)) {
            expect(relativeError(data, golden.get(tap)!.data), `${tap} from ${key}`).toBeLessThan(1e-4)
          }
        }
      }
      await engine.close()
    })
  }
})
