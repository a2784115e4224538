import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { maskedPairs } from '#compute/attribution/masked-pairs.ts'
import { openMasking } from '#compute/attribution/masking.ts'
import type { Mask } from '#compute/attribution/masking.ts'
import { joinUnits, sumUnitPairs } from '#compute/attribution/unit-sums.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import { drain } from '#tests/support/generators.ts'
import { fixture, relativeError } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-unit-pairs-'))
afterAll(() => rmSync(cache, { recursive: true }))

describe('interactions of words', () => {
  it('[UN1] number the units of the source before those of the prefix', () => {
    expect(joinUnits({ source: [0, 0, 1], prefix: [0, 1, 1] })).toEqual([0, 0, 1, 2, 3, 3])
    expect(joinUnits({ source: [0, 1, 1], prefix: null })).toEqual([0, 1, 1])
  })

  it('[UN2] are sums over rows and columns, target by target, whatever is symmetric', () => {
    const targets = [1, 10].map((factor) => [1, 2, 3, 4, 5, 6, 7, 8, 9].map((value) => factor * value))
    // rows 1 2 3 / 4 5 6 / 7 8 9; the first and the last token are one unit
    const expected = [1 + 3 + 7 + 9, 2 + 8, 4 + 6, 5]
    expect([...sumUnitPairs(Float32Array.from(targets.flat()), [0, 1, 0])]).toEqual([
      ...expected,
      ...expected.map((value) => 10 * value),
    ])
  })

  it('[UN3] of masked pairs are what masking tells of the tokens of both words, on the diagonal too', async () => {
    const engine = await openEngine(fixture('marian/checkpoint'), { device: 'cpu', threads: 1, cache })
    const prefix = [engine.model.special.start!, 12, 40]
    const problem = { source: [5, 9, 14], prefix, targets: [{ position: 2, id: 21 }] }
    const choice = { baseline: 'mean', objective: 'log-prob', attributeSpecial: true, contrast: null } as const
    const masking = await openMasking(engine, problem, { ...choice, unknownId: null })
    const { interactions } = await drain(maskedPairs(masking, () => null))
    const read = async (mask: Mask): Promise<number> => (await masking.evaluate([0], [mask]))[0]![0]!
    const all = await read([])
    const alone = async (i: number): Promise<number> => all - (await read([i]))
    const mixed = async (i: number, j: number): Promise<number> =>
      all - (await read([i])) - (await read([j])) + (await read([i, j]))
    const numbers = joinUnits({ source: [0, 0, 1], prefix: [0, 1, 1] })
    const grouped = sumUnitPairs(interactions, numbers)
    const [first, last] = [
      (await alone(0)) + (await alone(1)) + 2 * (await mixed(0, 1)),
      (await mixed(0, 4)) + (await mixed(0, 5)) + (await mixed(1, 4)) + (await mixed(1, 5)),
    ]
    await engine.close()
    expect(grouped).toHaveLength(16)
    expect(relativeError([grouped[0]!, grouped[3]!, grouped[12]!], [first, last, last])).toBeLessThan(1e-4)
  })
})
