/** Files of checkpoints with seeded damage: what opens is used, what does not open says why in one line. Tokenizer files: `tokenize/hostile.test.ts`. */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openWeights } from '#compute/checkpoint/weights.ts'
import { readWeightFile } from '#compute/checkpoint/weight-file.ts'
import { isUserError } from '#compute/index.ts'
import { generate } from '#compute/generate/generate.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import { forward } from '#compute/tasks/forward.ts'
import { drain } from '#tests/support/generators.ts'
import { fixture, readJson } from '#tests/support/golden.ts'
import { mutateBytes, mutateJson } from '#tests/support/mutations.ts'
import { describeFuzz, fuzz, roundSeeds } from '#tests/support/seeds.ts'
import type { Fuzz } from '#tests/support/seeds.ts'

const root = mkdtempSync(join(tmpdir(), 'coattend-mutations-'))
afterAll(() => rmSync(root, { recursive: true }))
const cache = join(root, 'cache')

/** Damage to the header of a safetensors file: its data are numbers, of which every one is right. */
function damageHeader(bytes: Buffer, random: () => number): Buffer {
  const length = 8 + Number(bytes.readBigUInt64LE(0))
  return Buffer.concat([mutateBytes(bytes.subarray(0, length), random), bytes.subarray(length)])
}

/** Lets a model read and write a little. */
async function use(folder: string): Promise<void> {
  const engine = await openEngine(folder, { device: 'cpu', threads: 1, cache })
  try {
    await forward(engine, [1, 2, 3], engine.model.kind === 'decoder-only' ? null : [0, 1])
    await drain(generate(engine, [1, 2, 3], { maxNewTokens: 2, beams: 1, sampling: null }, 'all settings'))
  } finally {
    await engine.close()
  }
}

/** Does the work of every round, and returns the different refusals. Any other failure, and any long wait, fails the test. */
async function survive(limits: Fuzz, work: (random: () => number) => Promise<void>): Promise<ReadonlySet<string>> {
  const refusals = new Set<string>()
  for (const seed of roundSeeds(limits)) {
    const refusal = await requireSound(`${describeFuzz(limits)}; this round ${seed}`, () => work(makeRandom(seed)))
    if (refusal !== null) refusals.add(refusal)
  }
  return refusals
}

/** Fails unless the work succeeds or is refused by one clear error, soon. Resolves with what was said. */
async function requireSound(where: string, work: () => Promise<void>): Promise<string | null> {
  const before = process.cpuUsage()
  const error: unknown = await work().then(
    () => null,
    (reason: unknown) => reason,
  )
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1e6, where).toBeLessThan(1) // seconds of work; others may use the machine
  if (error === null) return null
  const { message, stack = message } = error as Error
  expect(isUserError(error), `${where}: ${stack}`).toBe(true)
  expect(message.includes('\n') || message.length > 600, `${where}: ${message}`).toBe(false)
  return message
}

const architectures = readdirSync(fixture('.')).filter((name) => {
  return readdirSync(fixture('.')).includes(name) && name !== 'torch' && hasCheckpoint(name)
})

function hasCheckpoint(name: string): boolean {
  try {
    return readdirSync(fixture(`${name}/checkpoint`)).includes('config.json')
  } catch {
    return false
  }
}

describe('a damaged checkpoint', () => {
  for (const name of architectures) {
    const limits = fuzz(12, 700)
    it(
      `[CK8] ${name}: works, or is refused by one clear error in under a second`,
      { timeout: limits.rounds * 500 + 20_000 },
      async () => {
        const folder = join(root, name)
        cpSync(fixture(`${name}/checkpoint`), folder, { recursive: true })
        const files = ['config.json', 'generation_config.json'].map(
          (file) => [file, readJson(join(folder, file))] as const,
        )
        const shard = readdirSync(folder).find((file) => file.endsWith('.safetensors'))!
        const weights = readFileSync(join(folder, shard))
        const refusals = await survive(limits, async (random) => {
          const which = random()
          for (const [i, [file, whole]] of files.entries()) {
            const isDamaged = which < 0.8 && random() < (i === 0 ? 0.8 : 0.3)
            writeFileSync(join(folder, file), JSON.stringify(isDamaged ? mutateJson(whole, random) : whole))
          }
          writeFileSync(join(folder, shard), which < 0.8 ? weights : damageHeader(weights, random))
          await use(folder)
        })
        expect(refusals.size).toBeGreaterThan(limits.rounds / 20)
      },
    )
  }

  it('[CK17] any number of the configuration may be far beyond the weights: it is refused before anything so large is made', async () => {
    for (const name of architectures) {
      const folder = join(root, `${name}-large`)
      cpSync(fixture(`${name}/checkpoint`), folder, { recursive: true })
      const whole = readJson(join(folder, 'config.json')) as Record<string, unknown>
      const fields = Object.keys(whole).filter((field) => typeof whole[field] === 'number')
      for (const [field, value] of fields.flatMap((each) => [1e6, 2 ** 33].map((size) => [each, size] as const))) {
        writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...whole, [field]: value }))
        await requireSound(`${name}, ${field} ${value}`, async () => {
          await (await openEngine(folder, { device: 'cpu', threads: 1, cache })).close()
        })
      }
    }
  })

  for (const name of ['plain', 'plain-legacy', 'awkward', 'protocol4']) {
    const limits = fuzz(60, 1500)
    it(
      `[CK9] ${name}.bin: opens, or is refused by one clear error in under a second`,
      { timeout: limits.rounds * 200 },
      async () => {
        const whole = readFileSync(fixture(`torch/${name}.bin`))
        const path = join(root, 'pytorch_model.bin')
        const refusals = await survive(limits, async (random) => {
          writeFileSync(path, mutateBytes(whole, random))
          await openWeights([await readWeightFile(path)], cache)
        })
        expect(refusals.size).toBeGreaterThan(1) // small files: most damage meets few readers
      },
    )
  }
})
