import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from '#compute/index.ts'
import { openCommandLine } from '#tests/support/command-line.ts'
import { example } from '#tests/support/golden.ts'

const { folder, run } = openCommandLine('analysis')
const quiz = [example('checkpoints/quiz'), '--corpus', example('data/quiz.test.jsonl')]

interface Estimate {
  readonly value: number
  readonly interval: readonly [number, number]
}

async function ask<T>(...words: readonly string[]): Promise<T> {
  const { code, out, err } = await run(...words, '--json')
  expect([code, err]).toEqual([0, expect.not.stringContaining('could not be computed')])
  return JSON.parse(out) as T
}

const linesOf = (directory: string): readonly unknown[] =>
  readFileSync(join(directory, 'rows.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

/** What stands in every row for each of its targets. */
const targetsOf = (directory: string): readonly unknown[] =>
  linesOf(directory).flatMap((row) => (row as { readonly targets: readonly unknown[] }).targets)

const tensorsAt = (path: string) => decodeSafetensors(readFileSync(path), path)

const meanOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0) / numbers.length

/** The value is that mean, inside its interval. */
function expectMean({ value, interval: [low, high] }: Estimate, numbers: readonly number[]): void {
  expect(value).toBeCloseTo(meanOf(numbers), 9)
  expect(low).toBeLessThanOrEqual(value)
  expect(high).toBeGreaterThanOrEqual(value)
}

describe('analyses over a corpus', () => {
  it('[CU10] the lens is summed up by layer over all targets', async () => {
    const output = join(folder, 'lens')
    type Layer = { readonly rank: number; readonly logProb: number; readonly entropy: number }
    type Summary = { readonly layers: readonly Readonly<Record<'logProb' | 'entropy' | 'first', Estimate>>[] }
    const { layers } = await ask<Summary>('lens', ...quiz, '--limit', '4', '--explain', 'reference', '--output', output)
    const targets = targetsOf(output) as readonly { readonly layers: readonly Layer[] }[]
    expect(layers).toHaveLength(5)
    layers.forEach(({ logProb, entropy, first }, l) => {
      const own = targets.map((target) => target.layers[l]!)
      expectMean(
        logProb,
        own.map((layer) => layer.logProb),
      )
      expectMean(
        entropy,
        own.map((layer) => layer.entropy),
      )
      expectMean(
        first,
        own.map(({ rank }) => Number(rank === 1)),
      )
    })
  }, 30_000)

  it('[CU11] faithfulness is summed up with its controls, and what it exceeds them by', async () => {
    const output = join(folder, 'faithfulness')
    interface Curve {
      readonly comprehensiveness: readonly number[]
      readonly aopc: { readonly sufficiency: number }
    }
    type Target = { readonly scores: Curve; readonly reversed: Curve; readonly random: readonly Curve[] }
    interface Summary {
      readonly aopc: { readonly sufficiency: Readonly<Record<string, Estimate>> }
      readonly curves: { readonly comprehensiveness: Readonly<Record<string, readonly Estimate[]>> }
    }
    const chosen = ['--limit', '3', '--method', 'gradient-x-input', '--fractions', '0.2,0.5', '--controls', '2']
    const { aopc, curves } = await ask<Summary>('faithfulness', ...quiz, ...chosen, '--output', output)
    const targets = targetsOf(output) as readonly Target[]
    const areas = targets.map(({ scores }) => scores.aopc.sufficiency)
    const chance = targets.map(({ random }) => meanOf(random.map((one) => one.aopc.sufficiency)))
    expectMean(aopc.sufficiency['scores']!, areas)
    expectMean(aopc.sufficiency['random']!, chance)
    expectMean(
      aopc.sufficiency['beyondRandom']!,
      areas.map((area, k) => area - chance[k]!),
    )
    expectMean(
      curves.comprehensiveness['reversed']![1]!,
      targets.map(({ reversed }) => reversed.comprehensiveness[1]!),
    )
  }, 30_000)

  it('[CU12] curves rank heads over the corpus, and remove them from both ends and at random, with the corpus means', async () => {
    const output = join(folder, 'curve')
    interface Curve {
      readonly removed: readonly number[]
      readonly orders: readonly {
        readonly name: string
        readonly heads: readonly string[]
        readonly points: readonly { readonly removed: number; readonly change: Estimate }[]
      }[]
    }
    const chosen = ['--curve', 'gradient', '--steps', '2', '--controls', '1', '--value', 'mean', '--limit', '3']
    const words = ['ablate', ...quiz, ...chosen, '--explain', 'reference', '--output', output]
    const { removed, orders } = await ask<Curve>(...words)
    expect(removed).toEqual([0, 8, 16])
    expect(orders.map(({ name }) => name)).toEqual(['most', 'least', 'random 1'])
    expect(orders[0]!.heads).toEqual(orders[1]!.heads.toReversed())
    type Row = { readonly change: Readonly<Record<string, readonly number[]>> }
    const rows = linesOf(join(output, 'curve')) as readonly Row[]
    for (const { name, points } of orders) {
      points.forEach(({ change }, i) =>
        expectMean(
          change,
          rows.map((row) => row.change[name]![i]!),
        ),
      )
    }
    const half = orders[0]!.heads.slice(0, 8).join()
    const set = ['--heads', half, '--value', 'mean', '--limit', '3', '--explain', 'reference']
    type Set = { readonly objective: number; readonly ablated: number }
    await ask('ablate', ...quiz, ...set, '--output', join(folder, 'set'))
    const sets = linesOf(join(folder, 'set')) as readonly { readonly targets: readonly Set[] }[]
    sets.forEach(({ targets }, i) =>
      expect(rows[i]!.change['most']![1]).toBeCloseTo(
        meanOf(targets.map(({ objective, ablated }) => ablated - objective)),
        5,
      ),
    )
    expect((await run(...words, '--resume', '--json')).code).toBe(0)
    expect((await run(...words, '--resume', '--seed', '2')).err).toMatch(/another --seed/)
    expect((await run('ablate', ...quiz, '--steps', '2', '--output', output)).err).toMatch(/--steps belongs to --curve/)
  }, 60_000)

  it('[CU13] the states of sources and output tokens are collected, and laid out as a file of them would be', async () => {
    const output = join(folder, 'projected')
    const words = ['project', ...quiz, '--limit', '4', '--method', 'pca', '--layer', '2', '--output', output]
    const { points } = await ask<{ readonly points: number }>(...words)
    const found = tensorsAt(join(output, 'projection.safetensors'))
    const rows = linesOf(output) as readonly { readonly tensors: string; readonly steps: readonly unknown[] }[]
    const places = rows.flatMap(({ steps }, row) => [[row, -1], ...steps.map((_, step) => [row, step])])
    expect(points).toBe(places.length)
    expect([...found.get('row')!.data].map((row, i) => [Number(row), Number(found.get('step')!.data[i])])).toEqual(
      places,
    )
    const states = rows.flatMap((row) => {
      const tensors = tensorsAt(join(output, row.tensors))
      const { data, shape } = tensors.get('states.steps')!
      const width = shape[2]!
      const source = tensors.get('states.source')!.data.slice(2 * width, 3 * width)
      const size = row.steps.length * width
      return [...Array.from(source, Number), ...Array.from(data.slice(2 * size, 3 * size), Number)]
    })
    const [from, to] = [join(folder, 'states.safetensors'), join(folder, 'layout.safetensors')]
    const matrix = { dtype: 'F32', shape: [points, states.length / points], data: Float32Array.from(states) } as const
    writeFileSync(from, encodeSafetensors({ states: matrix }, {}))
    await ask('project', '--states', from, '--method', 'pca', '--output', to)
    expect(found.get('layout')!.data).toEqual(tensorsAt(to).get('layout')!.data)
    const whole = readFileSync(join(output, 'projection.safetensors'))
    const lines = readFileSync(join(output, 'rows.jsonl'), 'utf8').split('\n')
    writeFileSync(join(output, 'rows.jsonl'), lines.slice(0, 2).join('\n'))
    expect((await run(...words, '--resume')).code).toBe(0)
    expect(readFileSync(join(output, 'projection.safetensors'))).toEqual(whole)
    expect((await run('project', '--states', from, '--layer', '2', '--output', to)).err).toMatch(/--layer belongs to/)
    expect((await run(...words, '--states', from)).err).toMatch(/either --states or --corpus/)
  }, 60_000)

  it('[CU14] a curve follows what the model writes, compared with the reference', async () => {
    const output = join(folder, 'metric')
    interface Curve {
      readonly orders: readonly { readonly points: readonly { readonly exact: Estimate }[] }[]
    }
    const chosen = ['--curve', 'random', '--controls', '1', '--steps', '1', '--metric', 'exact', '--limit', '4']
    const { orders } = await ask<Curve>('ablate', ...quiz, ...chosen, '--output', output)
    type Row = { readonly written: Readonly<Record<string, readonly string[]>> }
    const rows = linesOf(join(output, 'curve')) as readonly Row[]
    const whole = join(folder, 'evaluated')
    await ask('evaluate', ...quiz, '--limit', '4', '--metrics', 'exact', '--output', whole)
    type Judged = { readonly text: string; readonly metrics: { readonly exactMatch: boolean } }
    const judged = linesOf(whole) as readonly Judged[]
    expectMean(
      orders[0]!.points[0]!.exact,
      judged.map(({ metrics }) => Number(metrics.exactMatch)),
    )
    expect(orders[0]!.points[1]!.exact.value).toBe(0)
    const texts = judged.map(({ text }) => text)
    expect(rows.map(({ written }) => written['random 1']![0])).toEqual(texts)
    expect(rows.map(({ written }) => written['random 1']![1])).not.toEqual(texts)
  }, 60_000)

  it('[CU15] roles tell which heads align words, where the corpus holds alignments of the text that is read', async () => {
    const phrasebook = [example('checkpoints/phrasebook'), '--corpus']
    interface Summary {
      readonly alignedTexts?: number
      readonly roles: Readonly<Record<string, { readonly 'gold-alignment': readonly (readonly (number | null)[])[] }>>
    }
    const own = [...phrasebook, example('data/phrasebook.test.jsonl'), '--limit', '5', '--explain', 'reference']
    const output = join(folder, 'aligned')
    const { alignedTexts, roles } = await ask<Summary>('roles', ...own, '--output', output)
    expect(alignedTexts).toBe(5)
    const cross = roles['cross']!['gold-alignment'] as readonly (readonly number[])[]
    expect(Math.min(...cross[2]!)).toBeGreaterThan(0.65) // the last layer translates word by word
    expect(Math.max(...cross[0]!)).toBeLessThan(0.6)
    expect(roles['encoder']!['gold-alignment'].flat().every((value) => value === null)).toBe(true)
    const { target: _, ...row } = JSON.parse(readFileSync(own[2]!, 'utf8').split('\n')[0]!) as Record<string, unknown>
    const rows = [
      { ...row, target: 'Wir wollten es.' },
      { ...row, target: 'Wir wollten es.', alignment: [[0, 40]] },
      { source: row['source'], target: 'Wir wollten es.' },
    ]
    const corpus = join(folder, 'other.jsonl')
    writeFileSync(corpus, rows.map((each) => JSON.stringify(each)).join('\n'))
    const others = join(folder, 'not-aligned')
    await run('roles', ...phrasebook, corpus, '--explain', 'reference', '--output', others, '--json')
    const found = linesOf(others) as readonly {
      readonly isAlignedText?: boolean
      readonly error?: { message: string }
    }[]
    expect(found.map(({ isAlignedText }) => isAlignedText)).toEqual([false, undefined, undefined])
    expect(found.map(({ error }) => error?.message ?? '')).toEqual(['', expect.stringMatching(/must hold pairs/), ''])
    const summary = JSON.parse(readFileSync(join(others, 'summary.json'), 'utf8')) as Summary
    expect([summary.alignedTexts, summary.roles['cross']!['gold-alignment'][2]![0]]).toEqual([0, null])
  }, 30_000)
})
