import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generate } from '#compute/generate/generate.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { drain } from '#tests/support/generators.ts'
import { fixture, goldenCheckpoints, readJson } from '#tests/support/golden.ts'

interface Case {
  readonly base: string
  readonly source: readonly number[]
  readonly settings: Readonly<Record<string, unknown>>
  readonly ids: readonly number[]
}

const cache = mkdtempSync(join(tmpdir(), 'coattend-random-settings-'))
afterAll(() => rmSync(cache, { recursive: true }))

const { cases } = readJson(fixture('generation-random.json')) as { readonly cases: readonly Case[] }

for (const base of goldenCheckpoints) {
  describe(`generation of ${base} under random settings`, () => {
    let engine: Engine
    beforeAll(async () => {
      engine = await openEngine(fixture(`${base}/checkpoint`), { device: 'cpu', threads: 1, cache })
    })
    afterAll(() => engine.close())

    const own = cases.filter((entry) => entry.base === base)
    it('[GE10] there are at least ten', () => expect(own.length).toBeGreaterThanOrEqual(10))

    for (const { source, settings, ids } of own) {
      it(`[GE11] ${JSON.stringify(settings)}: ids are those of transformers`, async () => {
        const generation = { ...engine.checkpoint.generation, ...settings }
        const asked = { ...engine, checkpoint: { ...engine.checkpoint, generation } }
        const written = await drain(generate(asked, source, {}, 'all settings'))
        const before = engine.model.kind === 'decoder-only' ? source.length : 1
        expect(written).toEqual(ids.slice(before))
      })
    }
  })
}
