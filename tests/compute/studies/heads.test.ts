import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addSample, blockR2, invert, openSecondMoments } from '#compute/evaluation/ridge.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import type { Opened } from '#compute/tasks/opened.ts'
import { encodeOutput } from '#compute/tasks/language.ts'
import type { AlignedRow, ComparedRow } from '#compute/types.ts'
import { openCommandLine } from '#tests/support/command-line.ts'
import { example } from '#tests/support/golden.ts'
import { firstRows, openExample, runCorpus, study } from '#tests/support/studies.ts'

const line = openCommandLine('head-studies')

describe('ridge regression of blocks on each other', () => {
  it('[SU6] a block that others determine has R² 1, one of noise none', () => {
    const random = makeRandom(7)
    const [fitted, held] = [openSecondMoments(4), openSecondMoments(4)]
    for (let i = 0; i < 4000; i++) {
      const [a, b, noise] = [random(), random(), random()]
      const half = i % 2 === 0 ? fitted : held
      addSample(half, Float64Array.of(3 + a, 2 * a - b, b, noise))
      half.count += 1
    }
    const [, sum, , none] = blockR2(fitted, held, 1, 1e-6)
    expect(sum).toBeGreaterThan(0.999)
    expect(Math.abs(none!)).toBeLessThan(0.01)
    const [first, second] = blockR2(fitted, held, 2, 1e-6)
    expect(first).toBeLessThan(0.9) // b alone says half of it
    expect(second).toBeGreaterThan(0.3)
  })

  it('[SU7] the inverse of a symmetric matrix undoes it', () => {
    const inverse = invert(Float64Array.of(4, 1, 0, 1, 3, 1, 0, 1, 2), 3)
    const found = [0, 1, 2].map((j) => 4 * inverse[j]! + inverse[3 + j]!)
    expect(found.map((value) => value.toFixed(12))).toEqual([
      '1.000000000000',
      ...found.slice(1).map((value) => value.toFixed(12)),
    ])
    expect(Math.abs(found[1]!) + Math.abs(found[2]!)).toBeLessThan(1e-12)
  })
})

interface Orders {
  readonly removed: readonly number[]
  readonly orders: readonly {
    readonly name: string
    readonly heads: readonly string[]
    readonly points: readonly { readonly change: { readonly value: number } }[]
  }[]
}

describe('studies of heads over a corpus', () => {
  const corpus = firstRows('phrasebook', 3, line.folder)
  const phrasebook = [example('checkpoints/phrasebook'), '--corpus', corpus.path, '--explain', 'reference']
  const quadrature = { nodes: 1 }
  let opened: Opened
  let rows: readonly ComparedRow[]
  beforeAll(async () => {
    opened = await openExample('phrasebook', line.folder)
    const tokenizer = await opened.tokenizer()
    rows = await Promise.all(
      corpus.rows.map(async (row, i) => ({
        row: i,
        source: (await tokenizer.encode(row['source'] as string)).ids,
        output: (await encodeOutput(opened, tokenizer, row['target'] as string)).ids,
        reference: row['target'] as string,
      })),
    )
  })
  afterAll(() => opened.close())

  it('[SU8] curves are those of the command line, with the means of the sample in place of heads', async () => {
    const chosen = ['--curve', 'attribution', '--nodes', '1', '--steps', '2', '--controls', '1', '--value', 'mean']
    const { code, out } = await line.run(
      'ablate',
      ...phrasebook,
      ...chosen,
      '--output',
      join(line.folder, 'x'),
      '--json',
    )
    expect(code).toBe(0)
    const wanted = JSON.parse(out) as Orders
    const { report, stages } = await study(opened, {
      study: 'ablation-curve',
      rows,
      rankings: ['attribution'],
      quadrature,
      steps: 2,
      value: 'mean',
      objective: 'log-prob',
      metric: 'bleu',
      controls: 1,
      seed: 1,
    })
    expect(stages).toEqual([
      'Ranking heads by attribution',
      'Reading mean head outputs',
      'Measuring F without heads',
      'Writing without heads',
    ])
    const found = report as unknown as Orders
    expect(found.removed).toEqual(wanted.removed)
    expect(found.orders.map(({ name }) => name)).toEqual(['attribution most', 'attribution least', 'random 1'])
    found.orders.forEach(({ heads, points }, o) => {
      expect(heads).toEqual(wanted.orders[o]!.heads)
      points.forEach(({ change }, i) => expect(change.value).toBeCloseTo(wanted.orders[o]!.points[i]!.change.value, 4))
    })
    // Without all of its heads the model writes the same along every order, and worse than with all of them.
    const scores = (
      report['orders'] as readonly { readonly points: readonly { readonly bleu: { readonly value: number } }[] }[]
    ).map(({ points }) => points.map(({ bleu }) => bleu.value))
    expect(new Set(scores.map((values) => values.at(-1))).size).toBe(1)
    expect(scores[0]![0]).toBeGreaterThan(scores[0]!.at(-1)! + 20)
  }, 60_000)

  it('[SU9] the summary of heads is the mean over all output tokens, with the roles that the command line tells', async () => {
    const aligned = await Promise.all(
      corpus.rows.map(async (row, i): Promise<AlignedRow> => {
        const tokenizer = await opened.tokenizer()
        const { text, tokens } = tokenizer.describe(rows[i]!.output)
        return {
          ...rows[i]!,
          alignment: {
            text: row['source'] as string,
            tokens: await tokenizer.encode(row['source'] as string),
            written: text,
            writtenTokens: tokens,
            sourceWords: row['sourceTokens'] as readonly string[],
            outputWords: row['targetTokens'] as readonly string[],
            links: row['alignment'] as readonly (readonly [number, number])[],
          },
        }
      }),
    )
    const { tensors, report } = await study(opened, { study: 'head-summary', rows: aligned, quadrature, value: 'zero' })
    const { summary: roles } = (await runCorpus(line, ['roles', ...phrasebook], 'roles')) as { summary: Roles }
    expect(report).toMatchObject({ rows: 3, alignedRows: roles.alignedTexts })
    for (const [kind, scores] of Object.entries(roles.roles)) {
      for (const [role, matrix] of Object.entries(scores)) {
        const found = [...tensors[`role.${role}.${kind}`]!.data].map((value) => (Number.isNaN(value) ? null : value))
        found.forEach((value, i) => {
          const wanted = matrix.flat()[i] ?? null
          if (wanted === null) expect(value).toBeNull()
          else expect(value).toBeCloseTo(wanted, 5)
        })
      }
    }
    const { summary: effects } = (await runCorpus(line, ['ablate', ...phrasebook], 'effects')) as { summary: Effects }
    for (const [kind, matrix] of Object.entries(effects.effect)) {
      const found = tensors[`effect.${kind}`]!.data
      matrix.flat().forEach((value, i) => expect(found[i]).toBeCloseTo(value, 4))
      expect(tensors[`effect.sd.${kind}`]!.data.every((spread) => spread >= 0)).toBe(true)
    }
    expect(tensors['distance.cross']!.data.every(Number.isNaN)).toBe(true)
  }, 60_000)

  it('[SU10] pruning none and all heads of a kind is the same in every order, and fits the whole model', async () => {
    const asked = { ranking: 'gradient', metric: 'bleu', controls: 2, seed: 3, rankedOn: 2, steps: 2 } as const
    const { report } = await study(opened, { study: 'pruning', rows, quadrature, ...asked })
    const kinds = report['kinds'] as readonly PrunedKind[]
    expect(kinds.map(({ kind }) => kind)).toEqual(['encoder', 'decoder', 'cross'])
    const whole = kinds[0]!.least.points[0]!.score
    for (const { heads, least, random, seeds } of kinds) {
      expect(least.points.map(({ removed }) => removed)).toEqual([0, heads / 2, heads])
      expect(least.order.toSorted()).toEqual(seeds[0]!.order.toSorted())
      expect(least.points[0]!.score).toEqual(whole)
      for (const { points } of seeds) {
        expect(points[0]!.score).toEqual(whole)
        expect(points.at(-1)!.score).toEqual(least.points.at(-1)!.score)
      }
      expect(random!.points[0]!.score.value).toBeCloseTo(whole.value!, 9)
    }
  }, 60_000)

  it('[SU11] heads are rebuilt from the others of their layer, on texts that were not fitted', async () => {
    const { tensors, report } = await study(opened, { study: 'reconstruction', rows, tokens: 3, ridge: 0.1, seed: 1 })
    expect(tensors['r2.cross']!.shape).toEqual([3, 4])
    expect(Math.max(...tensors['r2.decoder']!.data)).toBeLessThan(1)
    expect(report['sampled']).toMatchObject({ cross: { fitted: 6, held: 3 } })
    const alone = study(opened, { study: 'reconstruction', rows: rows.slice(0, 1), tokens: 3, ridge: 0.1, seed: 1 })
    await expect(alone).rejects.toThrow(/at least 2 texts/)
  })
})

interface Roles {
  readonly alignedTexts: number
  readonly roles: Readonly<Record<string, Readonly<Record<string, readonly (readonly (number | null)[])[]>>>>
}

interface Effects {
  readonly effect: Readonly<Record<string, readonly (readonly number[])[]>>
}

interface PrunedKind {
  readonly kind: string
  readonly heads: number
  readonly least: Pruned
  readonly random: Pick<Pruned, 'points'> | null
  readonly seeds: readonly Pruned[]
}

interface Pruned {
  readonly order: readonly string[]
  readonly points: readonly { readonly removed: number; readonly score: { readonly value: number | null } }[]
}
