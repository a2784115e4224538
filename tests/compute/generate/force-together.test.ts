import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { forceTogether } from '#compute/generate/force-together.ts'
import { fixedPace } from '#compute/generate/row-pace.ts'
import { teacherForce } from '#compute/generate/teacher-force.ts'
import type { Forced } from '#compute/generate/teacher-force.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import { fixture } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-force-'))
afterAll(() => rmSync(cache, { recursive: true }))

const checkpoints = readdirSync(fixture('.')).filter((name) => existsSync(fixture(`${name}/checkpoint/config.json`)))

const scoresOf = ({ steps }: Forced): readonly number[] =>
  steps.flatMap(({ logProb, entropy, alternatives }) => [logProb, entropy, ...alternatives.map((one) => one.logProb)])

const statesOf = ({ states }: Forced): readonly number[] => [...states!.source, ...states!.steps]

const largestDifference = (a: readonly number[], b: readonly number[]): number =>
  a.length === b.length
    ? a.reduce((most, number, i) => Math.max(most, number === b[i] ? 0 : Math.abs(number - b[i]!)), 0)
    : Infinity

const largest = (numbers: readonly number[]): number => numbers.reduce((most, one) => Math.max(most, Math.abs(one)), 1)

describe('scoring together', () => {
  it.each(checkpoints)(
    '[GT5] %s: scores, alternatives and states of rows of different lengths are those of each alone',
    async (name) => {
      const engine = await openEngine(fixture(`${name}/checkpoint`), { device: 'cpu', threads: 2, cache })
      const most = Math.min(engine.model.vocabulary.source, engine.model.vocabulary.output) - 5
      const ids = (count: number, seed: number): readonly number[] =>
        Array.from({ length: count }, (_, i) => 4 + ((seed * 31 + i * 17 + seed * i) % most))
      const rows = [1, 2, 9, 5, 4].map((length, row) => ({ source: ids(length, row), output: ids(7 - row, row + 9) }))
      try {
        const taps = { alternatives: 3, states: true }
        const together: Forced[] = []
        // Three rows a pass: the last pass has fewer.
        const pace = { ...fixedPace, rowsPerPass: () => 3 }
        for await (const some of forceTogether(engine, rows, taps, pace)) together.push(...some)
        expect(together).toHaveLength(rows.length)
        for (const [i, { source, output }] of rows.entries()) {
          const alone = await teacherForce(engine, source, output, taps)
          const found = together[i]!
          const idsOf = ({ steps }: Forced) =>
            steps.map(({ id, alternatives }) => [id, alternatives.map((one) => one.id)])
          expect(idsOf(found)).toEqual(idsOf(alone))
          expect(largestDifference(scoresOf(found), scoresOf(alone)), `row ${i}`).toBeLessThan(1e-5)
          // Single precision ends relative to the largest: some of the random models have states of 25.
          const states = largestDifference(statesOf(found), statesOf(alone)) / largest(statesOf(alone))
          expect(states, `row ${i}`).toBeLessThan(1e-5)
        }
      } finally {
        await engine.close()
      }
    },
    60_000,
  )
})
