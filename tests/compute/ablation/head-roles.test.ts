import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openAblation } from '#compute/ablation/ablation.ts'
import { agreement, wordsOfTokens } from '#compute/ablation/gold-alignment.ts'
import type { GoldAlignment } from '#compute/ablation/gold-alignment.ts'
import { makeHeadRoles } from '#compute/ablation/head-roles.ts'
import { alignment, inductionMass, offsetMass, placeMass, separatorMass } from '#compute/ablation/role-scores.ts'
import type { Pattern, Tally } from '#compute/ablation/role-scores.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import { fixture, readTensors } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-roles-'))
afterAll(() => rmSync(cache, { recursive: true }))

const patternOf = (rows: readonly (readonly number[])[]): Pattern => ({
  weights: Float32Array.from(rows.flat()),
  queries: rows.length,
  keys: rows[0]!.length,
})
const meanOf = ({ sum, count }: Tally): number => sum / count

describe('scores of attention patterns', () => {
  const previous = patternOf([
    [1, 0, 0, 0],
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0.25, 0.75, 0],
  ])

  it('[HR1] a head that looks one token back scores as such, and less at other offsets', () => {
    expect(meanOf(offsetMass(previous, -1))).toBeCloseTo((1 + 1 + 0.75) / 3, 6)
    expect(offsetMass(previous, -1).count).toBe(3)
    expect(meanOf(offsetMass(previous, -2))).toBeCloseTo(0.125, 6)
    expect(meanOf(offsetMass(previous, 1))).toBe(0)
  })

  it('[HR2] the first position counts for queries after it alone where a text looks at itself', () => {
    expect(placeMass(previous, 0, true)).toEqual({ sum: 1, count: 3 })
    expect(placeMass(previous, 0, false)).toEqual({ sum: 2, count: 4 })
    expect(placeMass(previous, 4, false).count).toBe(0)
  })

  it('[HR3] separators count for queries that see anything else', () => {
    expect(separatorMass(previous, [true, false, false, false], true)).toEqual({ sum: 1, count: 3 })
    expect(separatorMass(previous, [true, true, true, true], false).count).toBe(0)
  })

  it('[HR4] induction is the mass after earlier copies of the token', () => {
    const rows = [
      [1, 0, 0, 0, 0],
      [0.5, 0.5, 0, 0, 0],
      [0, 0, 1, 0, 0],
      [0, 0.875, 0, 0.125, 0],
      [0, 0.25, 0.5, 0, 0.25],
    ]
    // 7 8 9 7 8: the second 7 should look at 8 (place 1), the second 8 at 9 (place 2).
    expect(inductionMass(patternOf(rows), [7, 8, 9, 7, 8])).toEqual({ sum: 0.875 + 0.5, count: 2 })
    expect(inductionMass(patternOf(rows), [1, 2, 3, 4, 5]).count).toBe(0)
  })

  it('[HR5] alignment is order times focus, and nothing for a head that goes backwards', () => {
    const forwards = patternOf([
      [0.5, 0.25, 0, 0.25],
      [0.25, 0.5, 0, 0.25],
      [0, 0, 0.75, 0.25],
    ])
    const special = [false, false, false, true]
    expect(meanOf(alignment(forwards, special))).toBeCloseTo((0.5 + 0.5 + 0.75) / 3, 6)
    const backwards = patternOf([
      [0, 0, 1, 0],
      [0, 1, 0, 0],
      [1, 0, 0, 0],
    ])
    expect(alignment(backwards, special)).toEqual({ sum: 0, count: 1 })
  })

  it('[HR8] agreement with gold links is 2 hits of found and known links, word by word', () => {
    // Source words: 0 (two tokens), 1, then a special token. Output words: 0, 1 (two tokens), then a special token.
    const gold = { source: [0, 0, 1, null], output: [0, 1, 1, null] }
    const pattern = patternOf([
      [0.25, 0.25, 0.375, 0.125], // word 0 gets more than word 1 in sum alone
      [0.25, 0, 0.125, 0.625], // special tokens are no word
      [0, 0, 0.5, 0.5], // 0.625 of both on word 1, 0.25 on word 0
      [1, 0, 0, 0],
    ])
    const found = (links: GoldAlignment['links']) => agreement(pattern, { ...gold, links })
    expect(
      found([
        [0, 0],
        [1, 1],
      ]),
    ).toEqual({ sum: 4, count: 4 })
    expect(
      found([
        [0, 0],
        [0, 1],
        [1, 0],
      ]),
    ).toEqual({ sum: 2, count: 5 })
    expect(found([])).toEqual({ sum: 0, count: 2 })
  })

  it('[HR9] tokens belong to the word their first character stands in, and another text to none', () => {
    const text = 'No, thanks  all'
    const offsets = [
      [0, 2],
      [2, 3],
      [3, 7],
      [7, 10],
      [10, 11],
      [11, 15],
      [15, 15],
    ] as const
    const tokens = { ids: [], tokens: [], offsets, special: offsets.map((_, i) => i === 6) }
    expect(wordsOfTokens(text, ['No', ',', 'thanks', 'all'], tokens)).toEqual([0, 1, 2, 2, null, 3, null])
    for (const words of [['No', ',', 'thanks'], ['No', 'thanks', 'all'], ['No', ',', 'thank', 'all'], []]) {
      expect(wordsOfTokens(text, words, tokens)).toBeNull()
    }
  })
})

describe('roles of heads over texts', () => {
  it('[HR6] scores are those of the golden attention, and counts of two texts join to those of both', async () => {
    const golden = readTensors(fixture('marian/golden.safetensors'))
    const ids = (key: string): readonly number[] => Array.from(golden.get(key)!.data, Number)
    const whole = { source: ids('input_ids'), prefix: ids('decoder_input_ids'), targets: [] }
    const part = { source: whole.source.slice(3), prefix: whole.prefix.slice(0, 4), targets: [] }
    const engine = await openEngine(fixture('marian/checkpoint'), { device: 'cpu', threads: 1, cache })
    const collect = async (...problems: readonly (typeof whole)[]) => {
      const collector = makeHeadRoles(engine, () => false)
      for (const problem of problems) await collector.add(problem)
      return collector
    }
    const one = await collect(whole)
    const roles = one.roles()
    expect(roles.map(({ kind, shape }) => [kind, ...shape])).toEqual([
      ['encoder', 2, 4],
      ['decoder', 2, 4],
      ['cross', 2, 4],
    ])
    const { data, shape } = golden.get('attention.encoder.1')!
    const [, , n] = shape as [number, number, number, number]
    let mass = 0
    for (let q = 1; q < n; q++) mass += Number(data[(2 * n + q) * n + q - 1]) / (n - 1)
    expect(roles[0]!.scores['previous-token'][4 + 2]).toBeCloseTo(mass, 5)
    expect(roles[0]!.scores.alignment.every(Number.isNaN)).toBe(true)
    for (const { scores } of roles) {
      for (const values of Object.values(scores)) {
        expect(values.every((value) => Number.isNaN(value) || (value >= 0 && value <= 1))).toBe(true)
      }
    }
    one.absorb((await collect(part)).tallies())
    const both = (await collect(whole, part)).roles()
    one.roles().forEach(({ scores }, i) => {
      expect(scores['previous-token']).toEqual(both[i]!.scores['previous-token'])
      expect(scores.copying).toEqual(both[i]!.scores.copying)
    })
    await engine.close()
  })

  it('[HR7] copying says whether log p of the token looked at falls without the head', async () => {
    const engine = await openEngine(fixture('gpt2/checkpoint'), { device: 'cpu', threads: 1, cache })
    const problem = { source: [7, 30], prefix: null, targets: [] }
    const collector = makeHeadRoles(engine, () => false)
    await collector.add(problem)
    const [{ scores }] = collector.roles() as [ReturnType<typeof collector.roles>[number]]
    // Of two tokens the second can look at the first alone, its own place aside.
    const options = { objective: 'log-prob', contrast: null, values: new Map() } as const
    const ablation = openAblation(engine, { ...problem, targets: [{ position: 1, id: 7 }] }, options)
    const heads = [0, 1].flatMap((layer) => [0, 1].map((head) => ({ kind: 'decoder', layer, head }) as const))
    const [whole, ...without] = await ablation.measure([[], ...heads.map((head) => [head])])
    heads.forEach(({ layer, head }, i) => {
      const count = scores.copying.length / 2
      expect(scores.copying[layer * count + head]).toBe(whole![0]! > without[i]![0]! ? 1 : 0)
    })
    await engine.close()
  })
})
