import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generate } from '#compute/generate/generate.ts'
import { makeSampler } from '#compute/generate/sample.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { drain } from '#tests/support/generators.ts'
import { fixture, readJson, readTensors } from '#tests/support/golden.ts'

type Json = Readonly<Record<string, unknown>>

const cache = mkdtempSync(join(tmpdir(), 'coattend-settings-'))
afterAll(() => rmSync(cache, { recursive: true }))

/** The engine as if its generation_config.json held these settings too. */
const withSettings = (engine: Engine, settings: Json): Engine => ({
  ...engine,
  checkpoint: { ...engine.checkpoint, generation: { ...engine.checkpoint.generation, ...settings } },
})

const { cases } = readJson(fixture('generation.json')) as {
  cases: readonly { readonly base: string; readonly settings: Json; readonly ids: readonly number[] }[]
}

for (const base of ['marian', 'pegasus', 'gpt2']) {
  describe(`generation settings of ${base}`, () => {
    let engine: Engine
    beforeAll(async () => {
      engine = await openEngine(fixture(`${base}/checkpoint`), { device: 'cpu', threads: 1, cache })
    })
    afterAll(() => engine.close())
    const source = Array.from(readTensors(fixture(`${base}/inputs.safetensors`)).get('input_ids')!.data, Number)

    for (const { settings, ids } of cases.filter((entry) => entry.base === base)) {
      it(`[GE5] ${JSON.stringify(settings)}: ids are those of transformers`, async () => {
        const written = await drain(generate(withSettings(engine, settings), source, {}, 'all settings'))
        const before = engine.model.kind === 'decoder-only' ? source.length : 1
        expect(written).toEqual(ids.slice(before))
      })
    }
  })
}

describe('generation settings that are not built', () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await openEngine(fixture('gpt2/checkpoint'), { device: 'cpu', threads: 1, cache })
  })
  afterAll(() => engine.close())

  for (const [name, value] of Object.entries({
    num_beam_groups: 2,
    penalty_alpha: 0.6,
    typical_p: 0.9,
    guidance_scale: 2,
  })) {
    it(`[GE6] ${name} is refused by name`, async () => {
      const asked = drain(generate(withSettings(engine, { [name]: value }), [5, 6], {}, 'all settings'))
      await expect(asked).rejects.toMatchObject({ kind: 'unsupported', message: expect.stringContaining(name) })
    })
  }

  it('[GE7] bad words that are no lists of ids are one clear error', async () => {
    const asked = drain(generate(withSettings(engine, { bad_words_ids: [[1], 'no'] }), [5, 6], {}, 'all settings'))
    await expect(asked).rejects.toMatchObject({ kind: 'bad-checkpoint' })
  })

  it('[GE8] a prompt as long as the limit leaves no room', async () => {
    const asked = drain(generate(withSettings(engine, { max_length: 2 }), [5, 6], {}, 'all settings'))
    await expect(asked).rejects.toMatchObject({ kind: 'too-long' })
  })
})

describe('drawing tokens at random', () => {
  const scores = Float32Array.of(2, 1, 0, -1, -Infinity)
  const shares = (options: { topK: number; topP: number; temperature: number }): readonly number[] => {
    const draw = makeSampler({ seed: 5, ...options })
    const counts = [0, 0, 0, 0, 0]
    for (let i = 0; i < 20_000; i++) counts[draw(scores)]! += 1
    return counts.map((count) => count / 20_000)
  }
  const softmax = (temperature: number, kept: number): readonly number[] => {
    const masses = [...scores].map((score, i) => (i < kept ? Math.exp(score / temperature) : 0))
    const whole = masses.reduce((sum, mass) => sum + mass, 0)
    return masses.map((mass) => mass / whole)
  }
  const cases: readonly (readonly [string, Parameters<typeof shares>[0], readonly number[]])[] = [
    ['the whole distribution', { topK: 0, topP: 1, temperature: 1 }, softmax(1, 4)],
    ['a temperature', { topK: 0, topP: 1, temperature: 0.5 }, softmax(0.5, 4)],
    ['the top two', { topK: 2, topP: 1, temperature: 1 }, softmax(1, 2)],
    ['the nucleus that reaches 0.7', { topK: 0, topP: 0.7, temperature: 1 }, softmax(1, 2)],
  ]
  for (const [name, options, expected] of cases) {
    it(`[GE9] ${name}`, () => {
      shares(options).forEach((share, i) => expect(Math.abs(share - expected[i]!)).toBeLessThan(0.015))
    })
  }
})
