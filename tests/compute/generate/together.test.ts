import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { generate } from '#compute/generate/generate.ts'
import type { GenerationRequest } from '#compute/generate/plan.ts'
import { teacherForce } from '#compute/generate/teacher-force.ts'
import { writeTogether } from '#compute/generate/together.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { drain } from '#tests/support/generators.ts'
import { example, fixture, readJson } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-together-'))
afterAll(() => rmSync(cache, { recursive: true }))
const options = { device: 'cpu', threads: 2, cache } as const

interface Row {
  readonly input_ids: readonly number[]
  readonly greedy: readonly number[]
  readonly log_prob: readonly number[]
  readonly entropy: readonly number[]
}

const largestDifference = (a: readonly number[], b: readonly number[]): number =>
  a.length === b.length ? Math.max(...a.map((number, i) => Math.abs(number - b[i]!))) : Infinity

/** Sources of many lengths, repeatably. */
const sourcesFor = ({ model }: Engine, count: number): readonly (readonly number[])[] =>
  Array.from({ length: count }, (_, row) =>
    Array.from(
      { length: 1 + ((row * 5) % 13) },
      (_, i) => 4 + ((row * 31 + i * 17 + row * i) % (model.vocabulary.source - 5)),
    ),
  )

async function expectAsAlone(engine: Engine, request: GenerationRequest): Promise<void> {
  const sources = sourcesFor(engine, 13)
  const together = await drain(writeTogether(engine, sources, request, 'token ids only'))
  for (const [row, source] of sources.entries()) {
    const alone = await drain(generate(engine, source, request, 'token ids only'))
    expect(
      together[row]?.map(({ id }) => id),
      `row ${row}`,
    ).toEqual(alone)
    if (row % 6 !== 0) continue
    const { steps } = await teacherForce(engine, source, alone, { alternatives: 1, states: false })
    for (const number of ['logProb', 'entropy'] as const) {
      const found = together[row]!.map((step) => step[number])
      expect(
        largestDifference(
          found,
          steps.map((step) => step[number]),
        ),
      ).toBeLessThan(1e-4)
    }
  }
}

describe('writing together', () => {
  it.each(['newsroom', 'phrasebook', 'quiz'])(
    '[GT1] %s: outputs are those of transformers',
    async (name) => {
      const { rows } = readJson(fixture(`trained/${name}.json`)) as { rows: readonly Row[] }
      const engine = await openEngine(example(`checkpoints/${name}`), options)
      try {
        const sources = rows.map((row) => row.input_ids)
        const request = { beams: 1, sampling: null }
        const together = await drain(writeTogether(engine, sources, request, 'all settings'))
        for (const [i, { input_ids, greedy, log_prob, entropy }] of rows.entries()) {
          const steps = together[i]!
          expect(steps.map(({ id }) => id)).toEqual(greedy.slice(engine.model.encode === null ? input_ids.length : 1))
          expect(
            largestDifference(
              steps.map((step) => step.logProb),
              log_prob,
            ),
          ).toBeLessThan(1e-4)
          expect(
            largestDifference(
              steps.map((step) => step.entropy),
              entropy,
            ),
          ).toBeLessThan(1e-4)
        }
      } finally {
        await engine.close()
      }
    },
    120_000,
  )

  const checkpoints = readdirSync(fixture('.')).filter((name) => existsSync(fixture(`${name}/checkpoint/config.json`)))
  it.each(checkpoints)(
    '[GT2] %s: rows of different lengths come out as each alone',
    async (name) => {
      const engine = await openEngine(fixture(`${name}/checkpoint`), options)
      try {
        await expectAsAlone(engine, { maxNewTokens: 11 })
      } finally {
        await engine.close()
      }
    },
    60_000,
  )

  it.each(['gpt2', 'bart'])(
    '[GT3] %s: a least length holds for every row',
    async (name) => {
      const engine = await openEngine(fixture(`${name}/checkpoint`), options)
      try {
        await expectAsAlone(engine, { maxNewTokens: 9, minNewTokens: 6 })
      } finally {
        await engine.close()
      }
    },
    60_000,
  )

  it('[GT4] what cannot be written together is left to whoever writes it alone', async () => {
    const engine = await openEngine(fixture('gpt2/checkpoint'), options)
    try {
      const write = (sources: readonly (readonly number[])[], request: GenerationRequest) =>
        drain(writeTogether(engine, sources, request, 'token ids only'))
      const [good, long, odd] = await write([[5, 6], new Array<number>(99).fill(5), [1e6]], { maxNewTokens: 3 })
      expect([good?.length, long, odd]).toEqual([3, null, null])
      expect(await write([[5, 6]], { beams: 2 })).toEqual([null])
      expect(await write([[5, 6]], { noRepeatNgram: 2 })).toEqual([null])
      expect(await write([], {})).toEqual([])
    } finally {
      await engine.close()
    }
  })
})
