import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openPath } from '#compute/attribution/path.ts'
import { generate } from '#compute/generate/generate.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { drain } from '#tests/support/generators.ts'
import { fixture, readJson, relativeError } from '#tests/support/golden.ts'
import { madeWeights } from '#tests/support/made-weights.ts'
import { goldenOptions } from '#tests/support/options.ts'
import { openVariant } from '#tests/support/variants.ts'
import type { Json } from '#tests/support/variants.ts'

const root = mkdtempSync(join(tmpdir(), 'coattend-rotary-decoding-'))
afterAll(() => rmSync(root, { recursive: true }))

interface Case {
  readonly base: string
  readonly config: Json
  readonly without?: readonly string[]
  readonly tensors?: Readonly<Record<string, readonly number[]>>
  readonly greedy: readonly number[]
  readonly beams: readonly number[]
  readonly positions: readonly number[]
  readonly targets: readonly number[]
  readonly objective: readonly number[]
  readonly products: readonly (readonly number[])[]
}

const { input_ids: ids, cases } = readJson(fixture('rotary-decoding.json')) as {
  readonly input_ids: readonly number[]
  readonly cases: readonly Case[]
}

for (const { base, config, without = [], tensors, greedy, beams, positions, targets, objective, products } of cases) {
  describe(`${base} with ${JSON.stringify(config)}`, () => {
    let engine: Engine
    beforeEach(async () => {
      const weights = tensors === undefined ? {} : { weights: madeWeights(tensors) }
      engine = await openVariant(root, { base, config, without, ...weights })
    })
    afterEach(() => engine.close())

    it('[RT4] continues a text with a cache as transformers does, greedily and with beams', async () => {
      const one = { beams: 1, maxNewTokens: greedy.length }
      expect(await drain(generate(engine, ids, one, 'token ids only'))).toEqual(greedy)
      const three = { beams: 3, maxNewTokens: beams.length }
      expect(await drain(generate(engine, ids, three, 'token ids only'))).toEqual(beams)
    })

    it('[RT5] has the gradients of PyTorch when only the asked rows are computed', async () => {
      const problem = {
        source: ids,
        prefix: null,
        targets: positions.map((position, k) => ({ position, id: targets[k]! })),
      }
      const path = await openPath(engine, problem, { ...goldenOptions, unknownId: null })
      const together = await path.sample([0, 1, 2], [1])
      const alone = await path.sample([0], [1])
      const found = [...together, ...alone].map(([sample]) => sample!)
      const expected = [0, 1, 2, 0]
      expect(
        relativeError(
          found.map((sample) => sample.objective),
          expected.map((k) => objective[k]!),
        ),
      ).toBeLessThan(1e-5)
      const scores = found.flatMap((sample) => [...sample.products])
      expect(
        relativeError(
          scores,
          expected.flatMap((k) => products[k]!),
        ),
      ).toBeLessThan(1e-4)
    })
  })
}
