import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openEngine } from '#compute/runtime/engine.ts'
import { generateWhole, goldenGenerations } from '#tests/support/golden-generation.ts'
import { fixture, goldenCheckpoints, readTensors } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-generate-'))
afterAll(() => rmSync(cache, { recursive: true }))

describe('generation of the fixtures', () => {
  for (const name of goldenCheckpoints) {
    for (const [kind, { arguments: settings, ids }] of Object.entries(goldenGenerations(name))) {
      it(`[GE1] ${name} ${kind}: ids are those of transformers`, async () => {
        const engine = await openEngine(fixture(`${name}/checkpoint`), { device: 'cpu', threads: 1, cache })
        const source = Array.from(readTensors(fixture(`${name}/inputs.safetensors`)).get('input_ids')!.data, Number)
        const found = await generateWhole(engine, source, settings)
        await engine.close()
        expect(found).toEqual(ids)
      })
    }
  }
})
