import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ComputeError } from '#compute/index.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import { fixture } from '#tests/support/golden.ts'
import { mutateBytes, mutateJson } from '#tests/support/mutations.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { describeFuzz, fuzz, roundSeeds } from '#tests/support/seeds.ts'

const root = mkdtempSync(join(tmpdir(), 'coattend-mutations-'))
afterAll(() => rmSync(root, { recursive: true }))

/** Damage to the header of a safetensors file: its data are numbers, of which every one is right. */
function damageHeader(bytes: Buffer, random: () => number): Buffer {
  const length = 8 + Number(bytes.readBigUInt64LE(0))
  return Buffer.concat([mutateBytes(bytes.subarray(0, length), random), bytes.subarray(length)])
}

describe('a damaged checkpoint', () => {
  for (const name of ['gpt2', 'marian', 'pegasus']) {
    const limits = fuzz(150, 10_000)
    it(
      `[CK8] ${name}: opens, or is refused by one clear error in under a second`,
      async () => {
        const original = fixture(`${name}/checkpoint`)
        const config: unknown = JSON.parse(readFileSync(join(original, 'config.json'), 'utf8'))
        const weights = readFileSync(join(original, 'model.safetensors'))
        const refused = new Set<string>()
        for (const seed of roundSeeds(limits)) {
          const random = makeRandom(seed)
          const folder = mkdtempSync(join(root, 'case-'))
          writeFileSync(
            join(folder, 'config.json'),
            JSON.stringify(random() < 0.5 ? config : mutateJson(config, random)),
          )
          if (random() < 0.3) copyFileSync(join(original, 'model.safetensors'), join(folder, 'model.safetensors'))
          else writeFileSync(join(folder, 'model.safetensors'), damageHeader(weights, random))
          const started = performance.now()
          const error = await openEngine(folder, { device: 'cpu', threads: 1, cache: join(root, 'cache') }).then(
            () => null,
            (reason: unknown) => reason,
          )
          expect(performance.now() - started, describeFuzz(limits)).toBeLessThan(1000)
          if (error !== null) {
            expect(error, `${describeFuzz(limits)}; this round ${seed}`).toBeInstanceOf(ComputeError)
            expect((error as ComputeError).kind, (error as ComputeError).message).toMatch(
              /^(bad-checkpoint|unsupported)$/,
            )
            expect((error as ComputeError).message).not.toContain('\n')
            refused.add((error as ComputeError).message)
          }
          rmSync(folder, { recursive: true })
        }
        expect(refused.size).toBeGreaterThan(limits.rounds / 20)
      },
      limits.rounds * 200,
    )
  }
})
