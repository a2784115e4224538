import { expect, test } from 'vitest'
import type { Piece } from '#web/marks/pieces.ts'
import type { Ramps } from '#web/marks/ramp.ts'
import { byWeight, placeLabels } from '#web/views/attention/label-places.ts'
import type { Pattern } from '#web/views/attention/pattern.ts'
import { patternOf, poolFactor, poolPattern, sinkOf, strongestOf, sumsOf } from '#web/views/attention/pattern.ts'
import { makeColourTable, pack, paintPattern } from '#web/views/attention/pattern-paint.ts'
import { sidesOf, spanOn } from '#web/views/attention/sides.ts'
import { diffWords } from '#web/views/attention/word-diff.ts'

const pattern: Pattern = { values: Float32Array.from([0.5, 0.25, 0.25, 0, 0.25, 0.75]), queries: 2, keys: 3 }

test('[AV20] a head is cut out of the weights of its layer; tensors of another shape give nothing', () => {
  const data = Float32Array.from({ length: 12 }, (_, at) => at)
  expect([...patternOf({ dtype: 'F32', shape: [2, 2, 3], data }, 1)!.values]).toEqual([6, 7, 8, 9, 10, 11])
  expect(patternOf({ dtype: 'F32', shape: [2, 2, 3], data }, 2)).toBeNull()
  expect(patternOf({ dtype: 'F32', shape: [4, 3], data }, 0)).toBeNull()
  expect(patternOf(undefined, 0)).toBeNull()
})

test('[AV21] the sink is the first key or a special token, whichever receives most, and is left out of the sums', () => {
  expect(sinkOf(pattern, [false, false, false])).toBe(0)
  expect(sinkOf(pattern, [false, false, true])).toBe(2)
  const all = sumsOf(pattern, null)
  expect([...all.rows]).toEqual([1, 1])
  expect([...all.columns]).toEqual([0.5, 0.5, 1])
  const without = sumsOf(pattern, 2)
  expect([...without.rows]).toEqual([0.75, 0.25])
  expect(without.mostReceived).toBe(0.5)
  expect([...without.peaks]).toEqual([0.5, 0.25])
})

test('[AV22] both directions: what a query looks at, and which queries look at a key', () => {
  expect(strongestOf(pattern, { query: 1 }, null, 2).map(({ index }) => index)).toEqual([2, 1])
  expect(strongestOf(pattern, { query: 1 }, 2, 2).map(({ index }) => index)).toEqual([1])
  expect(strongestOf(pattern, { key: 0 }, null, 2).map(({ index }) => index)).toEqual([0])
})

test('[AV23] what has more cells than pixels is reduced to the largest of k × k, losing no peak', () => {
  expect(poolFactor({ ...pattern, queries: 300, keys: 300 }, 400, 400)).toBe(1)
  expect(poolFactor({ ...pattern, queries: 300, keys: 900 }, 400, 400)).toBe(3)
  expect(poolFactor({ ...pattern, queries: 4096, keys: 4096 }, 9000, 9000)).toBe(4)
  const values = new Float32Array(25)
  values[3 * 5 + 4] = -0.9
  values[3 * 5 + 3] = 0.2
  const pooled = poolPattern({ values, queries: 5, keys: 5 }, 2, null)
  expect([pooled.queries, pooled.keys]).toEqual([3, 3])
  expect(pooled.values[1 * 3 + 2]).toBeCloseTo(-0.9)
  expect(pooled.values[1 * 3 + 1]).toBeCloseTo(0.2)
  expect(poolPattern({ values, queries: 5, keys: 5 }, 2, 4).values[1 * 3 + 2]).toBe(0)
})

const grey = (shade: number) => ({ background: `rgb(${shade}, 0, 0)`, ink: 'dark' as const, text: '#000' })
const ramp = Array.from({ length: 257 }, (_, step) => grey(Math.min(255, step)))
const ramps: Ramps = {
  amount: ramp,
  toward: ramp,
  away: ramp.map((_, step) => ({ ...grey(0), background: `rgb(0, ${Math.min(255, step)}, 0)` })),
}
const red = (pixel: number | undefined): number => (pixel ?? 0) & 255
const green = (pixel: number | undefined): number => ((pixel ?? 0) >> 8) & 255

test('[AV24] cells take their colour from the ramp, by the square root or in proportion, and signs their side of it', () => {
  expect(pack('rgb(1, 2, 3)')).toBe(0xff030201)
  const cells: Pattern = { values: Float32Array.from([0, 0.25, 1, -0.25]), queries: 1, keys: 4 }
  const pixels = new Uint32Array(4)
  const plain = { hidden: null, causal: false }
  paintPattern(pixels, cells, makeColourTable(ramps, 'amount', 'linear', 1), plain)
  expect([...pixels].slice(0, 3).map(red)).toEqual([0, 64, 255])
  paintPattern(pixels, cells, makeColourTable(ramps, 'signed', 'sqrt', 1), plain)
  expect(red(pixels[1])).toBe(128)
  expect([red(pixels[3]), green(pixels[3])]).toEqual([0, 128])
  const unknown: Pattern = { values: Float32Array.from([Number.NaN, -1]), queries: 1, keys: 2 }
  paintPattern(pixels, unknown, makeColourTable(ramps, 'signed', 'linear', 1), plain)
  expect([pixels[0], green(pixels[1])]).toEqual([0, 255])
})

test('[AV25] what is masked, and the sink that is hidden, stay clear', () => {
  const square: Pattern = { values: new Float32Array(9).fill(0.5), queries: 3, keys: 3 }
  const pixels = new Uint32Array(9).fill(7)
  paintPattern(pixels, square, makeColourTable(ramps, 'amount', 'linear', 1), { hidden: 0, causal: true })
  expect([...pixels].map((pixel) => (pixel === 0 ? 0 : 1))).toEqual([0, 0, 0, 0, 1, 0, 0, 1, 1])
})

const pieces = (labels: string, last: Piece['kind'] = 'text'): readonly Piece[] =>
  Array.from(labels, (label, index) => ({
    index,
    label,
    kind: index === labels.length - 1 ? last : 'text',
    raw: label,
    word: index,
    sentence: 0,
    spaced: true,
    breaks: false,
  }))

test('[AV26] rows are named by the token they write, keys by the token that is read', () => {
  const texts = { source: pieces('abc', 'special'), output: pieces('xyz') }
  const names = (sides: ReturnType<typeof sidesOf>) =>
    [sides.queries, sides.keys].map((side) => side.map(({ label }) => label).join(' '))
  expect(names(sidesOf('encoder-decoder', 'encoder', texts))).toEqual(['a b c', 'a b c'])
  expect(names(sidesOf('encoder-decoder', 'cross', texts))).toEqual(['x y z', 'a b c'])
  expect(names(sidesOf('encoder-decoder', 'decoder', texts))).toEqual(['x y z', 'start x y'])
  const alone = sidesOf('decoder-only', 'decoder', texts)
  expect(names(alone)).toEqual(['a b x y z', 'a b c x y'])
  expect(alone.causal).toBe(true)
  expect(spanOn(alone.queries, { side: 'output', index: 1, last: 2 })).toEqual([3, 4])
  expect(spanOn(alone.keys, { side: 'output', index: 2 })).toBeNull()
  expect(spanOn(sidesOf('encoder-decoder', 'decoder', texts).keys, { side: 'output', index: 0 })).toEqual([1, 1])
})

test('[AV27] names on a ruler keep apart, the important ones first', () => {
  const order = byWeight([0.1, 0.9, 0.5, 0.7])
  expect(order).toEqual([1, 3, 2, 0])
  expect(placeLabels(order, (index) => index * 6, 10)).toEqual([1, 3])
  expect(
    placeLabels(
      order,
      (index) => index * 6,
      10,
      (index) => index !== 1,
    ),
  ).toEqual([3, 0])
})

test('[AV28] two texts differ by the fewest words, each with its place in both', () => {
  const diff = diffWords(['a', 'b', 'c', 'd'], ['a', 'c', 'x', 'd'])
  expect(diff.map(({ kind, text }) => `${kind} ${text}`)).toEqual(['same a', 'gone b', 'same c', 'new x', 'same d'])
  expect(diff.map(({ before, after }) => [before, after])).toEqual([
    [0, 0],
    [1, null],
    [2, 1],
    [null, 2],
    [3, 3],
  ])
  expect(diffWords(['a'], ['a'])).toEqual([{ kind: 'same', text: 'a', before: 0, after: 0 }])
  expect(diffWords([], ['a']).map(({ kind }) => kind)).toEqual(['new'])
})
