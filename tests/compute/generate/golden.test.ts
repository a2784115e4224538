import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { generate } from '#compute/generate/generate.ts'
import type { GenerationRequest } from '#compute/generate/plan.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { drain } from '#tests/support/generators.ts'
import { fixture, goldenCheckpoints, readJson, readTensors } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-generate-'))
afterAll(() => rmSync(cache, { recursive: true }))

interface Golden {
  readonly generate: Readonly<
    Record<string, { readonly arguments: Readonly<Record<string, number>>; readonly ids: readonly number[] }>
  >
}

function requestOf(settings: Readonly<Record<string, number>>): GenerationRequest {
  const names: Readonly<Record<string, string>> = {
    num_beams: 'beams',
    max_new_tokens: 'maxNewTokens',
    min_new_tokens: 'minNewTokens',
    length_penalty: 'lengthPenalty',
    no_repeat_ngram_size: 'noRepeatNgram',
  }
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [names[name], value]))
}

/** What transformers returns: the start token or the prompt, then the output. */
const whole = (engine: Engine, source: readonly number[], written: readonly number[]): readonly number[] =>
  engine.model.kind === 'decoder-only' ? [...source, ...written] : [engine.model.special.start!, ...written]

describe('generation of the fixtures', () => {
  for (const name of goldenCheckpoints) {
    const golden = readJson(fixture(`${name}/golden.json`)) as Golden
    for (const [kind, { arguments: settings, ids }] of Object.entries(golden.generate)) {
      it(`[GE1] ${name} ${kind}: ids are those of transformers`, async () => {
        const engine = await openEngine(fixture(`${name}/checkpoint`), { device: 'cpu', threads: 1, cache })
        const source = Array.from(readTensors(fixture(`${name}/inputs.safetensors`)).get('input_ids')!.data, Number)
        const written = await drain(generate(engine, source, requestOf(settings), 'token ids only'))
        await engine.close()
        expect(whole(engine, source, written)).toEqual(ids)
      })
    }
  }
})
