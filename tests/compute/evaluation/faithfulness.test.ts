import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { faithfulness, ordersOf } from '#compute/evaluation/faithfulness.ts'
import type { Masking } from '#compute/attribution/masking.ts'
import { openMasking } from '#compute/attribution/masking.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import { drain } from '#tests/support/generators.ts'
import { fixture, goldenProblem } from '#tests/support/golden.ts'
import { goldenOptions } from '#tests/support/options.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-faithfulness-'))
afterAll(() => rmSync(cache, { recursive: true }))

const worth = [3, -1, 0.5, 2]
const test = { fractions: [0.25, 0.5, 1], controls: 4, seed: 3 }

/** F adds up what the tokens that stay are worth: a model whose right scores are known. */
const additive: Masking = {
  problem: { source: [1, 2, 3, 4], prefix: null, targets: [{ position: 3, id: 0 }] },
  tokens: 4,
  maskable: () => [0, 1, 2, 3],
  masksPerRun: () => 2,
  evaluate: (_, masks) =>
    Promise.resolve(
      masks.map((mask) => Float64Array.of(worth.reduce((sum, value, i) => (mask.includes(i) ? sum : sum + value), 0))),
    ),
}

describe('faithfulness of scores', () => {
  it('[FA1] where F is a sum, the right scores give the curves that can be written down', async () => {
    const { rows } = await drain(faithfulness(additive, [worth], test))
    const [row] = rows
    expect(row).toMatchObject({ objective: 4.5, baselineObjective: 0, gap: 0 })
    expect(row!.scores.comprehensiveness).toEqual([3, 5, 4.5])
    expect(row!.scores.sufficiency).toEqual([1.5, -0.5, 0])
    expect(row!.scores.aopc).toEqual({ comprehensiveness: 12.5 / 4, sufficiency: 1 / 4 })
    expect(row!.reversed.comprehensiveness).toEqual([-1, -0.5, 4.5])
  })

  it('[FA2] random orders are repeated by their seed, are permutations, and no order beats the right one', async () => {
    const run = (seed: number) => drain(faithfulness(additive, [worth], { ...test, seed, controls: 20 }))
    const [first, again, other] = [await run(3), await run(3), await run(4)]
    expect(again).toEqual(first)
    expect(other.rows[0]!.random).not.toEqual(first.rows[0]!.random)
    const best = first.rows[0]!.scores.aopc
    for (const { aopc } of first.rows[0]!.random) {
      expect(aopc.comprehensiveness).toBeLessThanOrEqual(best.comprehensiveness)
      expect(aopc.sufficiency).toBeGreaterThanOrEqual(best.sufficiency)
    }
    for (const order of ordersOf([2, 5, 9], { length: 10 }, { controls: 6, seed: 1 }, 0)) {
      expect(order.toSorted((a, b) => a - b)).toEqual([2, 5, 9])
    }
  })

  it('[FA3] equal scores keep the order of the tokens, and a share of a token is rounded up', async () => {
    const [order] = ordersOf([0, 1, 2], [1, 1, 2], { controls: 1, seed: 1 }, 0)
    expect(order).toEqual([2, 0, 1])
    const { rows } = await drain(faithfulness(additive, [worth], { ...test, fractions: [0.01, 0.26] }))
    expect(rows[0]!.scores.comprehensiveness).toEqual([3, 5])
  })

  it('[FA4] in a model each target is judged under its own masks', async () => {
    const problem = goldenProblem('marian')
    const engine = await openEngine(fixture('marian/checkpoint'), { device: 'cpu', threads: 1, cache })
    const masking = await openMasking(engine, problem, { ...goldenOptions, unknownId: null })
    const steps = { fractions: [1], controls: 1, seed: 1 }
    const { rows } = await drain(
      faithfulness(
        masking,
        problem.targets.map(() => new Float64Array(masking.tokens)),
        steps,
      ),
    )
    for (const [target, { objective, baselineObjective }] of rows.entries()) {
      const [whole, bare] = await masking.evaluate([target], [[], masking.maskable(target)])
      expect(objective).toBeCloseTo(whole![0]!, 4)
      expect(baselineObjective).toBeCloseTo(bare![0]!, 4)
    }
    expect(new Set(rows.map(({ objective }) => objective)).size).toBe(problem.targets.length)
    await engine.close()
  })
})
