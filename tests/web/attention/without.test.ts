import { expect, test } from 'vitest'
import type { Tensor } from '#web/api/safetensors.ts'
import { piecesOf } from '#web/marks/pieces.ts'
import { readSummary, readValues, questionOf } from '#web/views/attention/answers.ts'
import { bandPath, curvesOf, linePath, spreadEnds } from '#web/views/attention/curve-frame.ts'
import { rowsOf, tsvOf } from '#web/views/attention/head-table.ts'
import { mapsOf, nameOf } from '#web/views/attention/heads.ts'
import { metricOf } from '#web/views/attention/metrics.ts'
import { axisOf, nextPoint, placeOn, pointsOf } from '#web/views/attention/scatter-frame.ts'
import { verdictOf } from '#web/views/attention/verdict.ts'
import { changesOf, rewrittenOf, worthNaming } from '#web/views/attention/without.ts'
import { defaultOptions } from '#web/state/permalink.ts'

const floats = (shape: readonly number[], ...data: readonly number[]) =>
  ({ dtype: 'F32', shape, data: Float32Array.from(data) }) as const

const text = (...words: readonly string[]) => {
  let at = 0
  const offsets = words.map((word): [number, number] => {
    const span: [number, number] = [at, at + word.length]
    at += word.length + 1
    return span
  })
  return { text: words.join(' '), tokens: words.map((word) => `▁${word}`), offsets, special: words.map(() => false) }
}
const pieces = piecesOf(text('The', 'che', 'won'))

test('[AV40] the change of every word is its log-probability without the heads less the one with them', () => {
  const tensors = new Map([
    ['objective', floats([3], -1, -0.5, -0.25)],
    ['ablated', floats([3], -1, -2.5, -0.125)],
  ])
  const changes = changesOf(tensors, pieces)!
  expect(changes.words.map(({ text: word, change }) => [word, change])).toEqual([
    ['The', 0],
    ['che', -2],
    ['won', 0.125],
  ])
  expect([changes.total, changes.reach]).toEqual([-1.875, 2])
  expect([...worthNaming(changes)]).toEqual([1])
  expect(changesOf(tensors, pieces.slice(1))).toBeNull()
})

test('[AV41] what is written instead is compared word by word, with what the model thought of each word', () => {
  const { tokens, offsets, special, text: written } = text('The', 'vet', 'won')
  const step = (logProb: number) => ({ id: 1, token: '', logProb, entropy: 0, alternatives: [] })
  const report = {
    text: written,
    output: { ids: [1, 2, 3], tokens, offsets, special },
    steps: [-1, -0.5, -2].map(step),
  }
  const words = rewrittenOf(pieces, [-0.1, -0.2, -0.3], report)
  expect(words.map(({ kind, text: word, logProb }) => `${kind} ${word} ${logProb}`)).toEqual([
    'same The -1',
    'gone che -0.2',
    'new vet -0.5',
    'same won -2',
  ])
})

const maps = mapsOf({ kind: 'decoder-only', layers: { encoder: 0, decoder: 1 }, heads: { encoder: 0, decoder: 3 } })
const [map] = maps as [(typeof maps)[0]]
const values = (...own: readonly number[]) => [{ map, instance: Float32Array.from(own), mean: null, deviation: null }]

test('[AV42] the table is sorted by any column, what is not known last, and copied with units', () => {
  const columns = [
    { metric: metricOf('attribution'), values: values(1, Number.NaN, 3) },
    { metric: metricOf('sink'), values: values(0.5, 0.25, 0.125) },
  ]
  const order = (by: number | null, descending: boolean) => rowsOf(maps, columns, { by, descending })
  const heads = (rows: ReturnType<typeof order>) => rows.map(({ head }) => head.head).join('')
  expect([heads(order(0, true)), heads(order(0, false)), heads(order(1, false)), heads(order(null, true))]).toEqual([
    '201',
    '021',
    '210',
    '012',
  ])
  expect(tsvOf(order(0, true), columns, nameOf, ({ head }) => head === 1)).toBe(
    'head\tImportance (nats)\tAttention on the first token\tstate\ndecoder.0.2\t3\t0.125\t\ndecoder.0.0\t1\t0.5\t\ndecoder.0.1\t\t0.25\tleft out',
  )
})

test('[AV43] arrow keys lead to the nearest head in their direction', () => {
  const points = pointsOf(maps, values(0, 1, 2), values(0, 0.1, 2))
  const axes = { across: axisOf([0, 1, 2], 4), up: axisOf([0, 0.1, 2], 4) }
  expect(axes.across.ticks).toContain(1)
  expect(placeOn(axes.across, axes.across.to)).toBe(1)
  expect(nextPoint('ArrowRight', points[0]!, points, axes)?.head.head).toBe(1)
  expect(nextPoint('ArrowUp', points[1]!, points, axes)?.head.head).toBe(2)
  expect(nextPoint('ArrowLeft', points[0]!, points, axes)).toBeNull()
  expect(nextPoint('x', points[0]!, points, axes)).toBeNull()
})

test('[AV44] random orders are one band from their lowest to their highest bound', () => {
  const point = (removed: number, value: number, low: number, high: number) => ({
    removed,
    change: { value, interval: [low, high] as [number, number] },
  })
  const lines = curvesOf({
    shown: 2,
    of: 4,
    removed: [0, 1],
    orders: [
      { name: 'attribution most', heads: [], points: [point(0, 0, 0, 0), point(1, -2, -3, -1)] },
      { name: 'random 1', heads: [], points: [point(0, 0, 0, 0), point(1, -1, -2, 0)] },
      { name: 'random 2', heads: [], points: [point(0, 0, 0, 0), point(1, -0.5, -1, 0.5)] },
    ],
  })
  expect(lines.map(({ ranking, first }) => [ranking, first])).toEqual([
    ['attribution', 'most'],
    ['random', null],
  ])
  expect(lines[1]!.points[1]).toEqual({ removed: 1, value: -0.75, low: -2, high: 0.5 })
  const same = (value: number): number => value
  expect(linePath(lines[0]!, same, same)).toBe('M0 0L1 -2')
  expect(bandPath(lines[0]!, same, same)).toBe('M0 0L1 -1L1 -3L0 0z')
  expect(spreadEnds([10, 11, 50], 11, 50)).toEqual([10, 21, 50])
})

const bare = { partial: null, report: null }

test('[AV47] importance under way fills its cells layer by layer, and what is not known yet is no zero', () => {
  const tall = { kind: 'decoder', title: 'Decoder self', layers: 2, heads: 2 } as const
  const read = (partial: ReadonlyMap<string, Tensor>, span: readonly [number, number] | null) => {
    const found = readValues(metricOf('attribution'), { tensors: null, partial, report: null }, tall, span)
    return found && [...found]
  }
  expect(read(new Map(), [1, 1])).toBeNull()
  const one = new Map<string, Tensor>([['importance.decoder.1', floats([2], 3, 4)]])
  expect(read(one, [1, 1])).toEqual([Number.NaN, Number.NaN, 3, 4])
  one.set('importance.decoder.0', floats([2], 1, 2))
  expect(read(one, [1, 1])).toEqual([1, 2, 3, 4])
  const { NaN: none } = Number
  const all = new Map<string, Tensor>([
    ['importance.decoder', floats([2, 2, 2], none, none, 1, 2, none, none, 3, none)],
  ])
  expect(read(all, null)).toEqual([none, none, 2, 2])
  expect(read(all, [1, 1])).toEqual([none, none, 3, none])
  expect(readValues(metricOf('effect'), { tensors: null, partial: all, report: null }, tall, null)).toBeNull()
})

test('[AV45] of several tokens effects add up, importance is the mean, and one token asks for its own attribution alone', () => {
  const effect = { tensors: new Map([['effect.decoder', floats([2, 1, 3], 1, 2, 3, 10, 20, 30)]]), ...bare }
  expect([...readValues(metricOf('effect'), effect, map, [0, 1])!]).toEqual([11, 22, 33])
  expect([...readValues(metricOf('effect'), effect, map, null)!]).toEqual([5.5, 11, 16.5])
  expect([...readValues(metricOf('effect'), effect, map, [1, 1])!]).toEqual([10, 20, 30])
  const roles = {
    roles: [{ kind: 'decoder', shape: [1, 3], scores: { induction: [0.5, null, 1] }, offset: [0, 0, 0] }],
  }
  const induction = readValues(
    metricOf('role:induction'),
    { tensors: new Map(), partial: null, report: roles },
    map,
    null,
  )!
  expect([induction[0], induction[1], induction[2]]).toEqual([0.5, Number.NaN, 1])
  const deps = { options: defaultOptions(), value: 'zero', known: () => false } as const
  expect(questionOf(metricOf('attribution'), { ...deps, span: [3, 3] })).toMatchObject({
    kind: 'attention-attribution',
    target: 3,
  })
  expect(questionOf(metricOf('attribution'), { ...deps, span: [3, 4] }).kind).toBe('head-importance')
  expect(questionOf(metricOf('attribution'), { ...deps, span: [3, 3], known: () => true }).kind).toBe('head-importance')
  expect(questionOf(metricOf('entropy'), { ...deps, span: null }).kind).toBe('head-measures')
})

test('[AV46] means and spreads over the corpus are read by kind, roles without a spread', () => {
  const tensors = new Map([
    ['entropy.decoder', floats([1, 3], 1, 2, 3)],
    ['entropy.sd.decoder', floats([1, 3], 0.1, 0.2, 0.3)],
    ['role.induction.decoder', floats([1, 3], 0, 0.5, 1)],
    ['distance.decoder', floats([1, 3], Number.NaN, Number.NaN, Number.NaN)],
  ])
  const read = (id: Parameters<typeof metricOf>[0]) => readSummary(metricOf(id), { tensors, ...bare }, map)
  expect([...read('entropy').mean!]).toEqual([1, 2, 3])
  expect(read('entropy').deviation![1]).toBeCloseTo(0.2)
  expect([...read('role:induction').mean!]).toEqual([0, 0.5, 1])
  expect(read('distance')).toEqual({ mean: null, deviation: null })
})

test('[AV47] one sentence says what a head looks at, what that contributes, and what is lost without the head', () => {
  const place = (label: string) => ({ label, words: `“${label}”`, token: null, special: false })
  const sides = {
    queries: [{ ...place('che'), words: 'writing “che”' }],
    keys: [place('a'), place('b')],
    causal: false,
  }
  const pattern = (...own: readonly number[]) => ({ values: Float32Array.from(own), queries: 1, keys: 2 })
  const parts = { sides, weights: pattern(0.75, 0.25), hidden: null, row: 0, effect: 0.003 }
  expect(verdictOf({ ...parts, attribution: pattern(0.5, 0) })).toBe(
    'Writing “che”: 0.75 on “a”; which contributes +0.500 nats; without the head, log-prob +0.003 nats, next to nothing',
  )
  expect(verdictOf({ ...parts, attribution: null, hidden: 0, effect: null })).toBe('Writing “che”: 0.25 on “b”')
  expect(verdictOf({ ...parts, attribution: null, row: null })).toMatch(/^Choose a token/)
})
