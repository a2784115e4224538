import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generate } from '#compute/generate/generate.ts'
import { teacherForce } from '#compute/generate/teacher-force.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { drain } from '#tests/support/generators.ts'
import { example, fixture, readJson } from '#tests/support/golden.ts'

interface Row {
  readonly id: string
  readonly input_ids: readonly number[]
  readonly greedy: readonly number[]
  readonly beam4: readonly number[]
  readonly log_prob: readonly number[]
  readonly entropy: readonly number[]
}

const cache = mkdtempSync(join(tmpdir(), 'coattend-trained-'))
afterAll(() => rmSync(cache, { recursive: true }))

const largest = (a: readonly number[], b: readonly number[]): number =>
  a.length === b.length ? Math.max(...a.map((number, i) => Math.abs(number - b[i]!))) : Infinity

for (const name of ['newsroom', 'phrasebook', 'quiz', 'quiz-early']) {
  describe(`the trained checkpoint ${name}`, () => {
    const { rows } = readJson(fixture(`trained/${name}.json`)) as { rows: readonly Row[] }
    let engine: Engine
    beforeAll(async () => {
      engine = await openEngine(example(`checkpoints/${name}`), { device: 'cpu', threads: 1, cache })
    })
    afterAll(() => engine.close())

    /** The ids of a row without start token or prompt. */
    const written = (row: Row, ids: readonly number[]): readonly number[] =>
      ids.slice(engine.model.kind === 'decoder-only' ? row.input_ids.length : 1)

    it('[GE2] there are 40 rows', () => expect(rows).toHaveLength(40))

    for (const row of rows) {
      it(`[GE3] ${row.id}: greedy and beam ids are those of transformers`, async () => {
        const greedy = await drain(generate(engine, row.input_ids, { beams: 1 }, 'all settings'))
        expect(greedy).toEqual(written(row, row.greedy))
        const beams = await drain(generate(engine, row.input_ids, { beams: 4 }, 'all settings'))
        expect(beams).toEqual(written(row, row.beam4))
      })

      it(`[GE4] ${row.id}: log-prob and entropy of every token within 1e-4`, async () => {
        const output = written(row, row.greedy)
        const { steps } = await teacherForce(engine, row.input_ids, output, { alternatives: 5, states: false })
        expect(
          largest(
            steps.map(({ logProb }) => logProb),
            row.log_prob,
          ),
        ).toBeLessThan(1e-4)
        expect(
          largest(
            steps.map(({ entropy }) => entropy),
            row.entropy,
          ),
        ).toBeLessThan(1e-4)
      })
    }
  })
}
