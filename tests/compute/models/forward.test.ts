import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { forwardGraph } from '#compute/programs/forward.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import { asFeed, fixture, goldenCheckpoints, readTensors, relativeError } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-forward-'))
afterAll(() => rmSync(cache, { recursive: true }))

describe('forward passes against float64 references', () => {
  for (const name of goldenCheckpoints) {
    it(`[MO1] ${name}: logits, hidden states and attention agree to 1e-4`, async () => {
      const golden = readTensors(fixture(`${name}/golden.safetensors`))
      const engine = await openEngine(fixture(`${name}/checkpoint`), { device: 'cpu', threads: 1, cache })
      const taps = { states: true, attention: true }
      const session = await engine.program('forward', () => forwardGraph(engine.model, taps), 'cold')
      const hasPrefix = engine.model.kind === 'encoder-decoder'
      const outputs = await session.run({
        input_ids: asFeed(golden.get('input_ids')),
        ...(hasPrefix ? { decoder_input_ids: asFeed(golden.get('decoder_input_ids')) } : {}),
      })
      await engine.close()
      const expected = [...golden].filter(([key]) => /^(logits|hidden\.|attention\.)/.test(key))
      expect(Object.keys(outputs).toSorted()).toEqual(expected.map(([key]) => key).toSorted())
      for (const [key, tensor] of expected) {
        expect(outputs[key]!.shape, key).toEqual(tensor.shape)
        expect(relativeError(outputs[key]!.data, tensor.data), key).toBeLessThan(1e-4)
      }
    })
  }
})
