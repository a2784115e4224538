import { expect, test } from 'vitest'
import type { MapValues } from '#web/views/attention/cells.ts'
import { cellsOf, describe, leastImportant, ranksOf, valueText } from '#web/views/attention/cells.ts'
import { headOf, mapsOf, nameOf, titleOf } from '#web/views/attention/heads.ts'
import { layoutOf } from '#web/views/attention/map-layout.ts'
import { metricOf } from '#web/views/attention/metrics.ts'
import { nextHead } from '#web/views/attention/moves.ts'

const maps = mapsOf({ kind: 'encoder-decoder', layers: { encoder: 2, decoder: 3 }, heads: { encoder: 2, decoder: 2 } })
const [encoder, decoder, cross] = maps as [(typeof maps)[0], (typeof maps)[0], (typeof maps)[0]]

const values = (instance: readonly number[] | null, mean: readonly number[] | null): readonly MapValues[] => [
  {
    map: encoder,
    instance: instance && Float32Array.from(instance),
    mean: mean && Float32Array.from(mean),
    deviation: null,
  },
]
const importance = metricOf('attribution')
const effect = metricOf('effect')

test('[AV1] an encoder-decoder has three maps, a decoder alone one, and names lead back to heads', () => {
  expect(maps.map(({ title, layers }) => `${title} ${layers}`)).toEqual(['Encoder self 2', 'Decoder self 3', 'Cross 3'])
  const alone = mapsOf({ kind: 'decoder-only', layers: { encoder: 0, decoder: 4 }, heads: { encoder: 0, decoder: 8 } })
  expect(alone.map(({ kind, title, heads }) => [kind, title, heads])).toEqual([['decoder', 'Self', 8]])
  const head = headOf('cross.2.1', maps)!
  expect(nameOf(head)).toBe('cross.2.1')
  expect(titleOf(head, maps, 0)).toBe('Cross L2.H1')
  expect(titleOf(head, maps, 1)).toBe('Cross L3.H2')
  expect([headOf('encoder.2.0', maps), headOf('cross.0.2', maps), headOf('self.0.0', maps)]).toEqual([null, null, null])
})

test('[AV2] a cell shows the mean below and the instance above, and hatches an instance that is not chosen', () => {
  const both = cellsOf(values([1, 2, 3, 4], [4, 3, 2, 8]), importance, 'both', true).maps[0]!
  expect([...both.lower]).toEqual([4, 3, 2, 8])
  expect([...both.upper!]).toEqual([1, 2, 3, 4])
  expect(both.reach).toBe(8)
  const meanAlone = cellsOf(values(null, [4, 3, 2, 8]), importance, 'both', true).maps[0]!
  expect([...meanAlone.upper!].every(Number.isNaN)).toBe(true)
  const instanceAlone = cellsOf(values([1, 2, 3, 4], null), importance, 'both', true).maps[0]!
  expect([...instanceAlone.lower]).toEqual([1, 2, 3, 4])
  expect(instanceAlone.upper).toBeNull()
})

test('[AV3] the difference is signed, and shares of a whole keep their scale', () => {
  const difference = cellsOf(values([1, 2, 3, 4], [4, 3, 2, 8]), importance, 'difference', true)
  expect(difference.signed).toBe(true)
  expect([...difference.maps[0]!.lower]).toEqual([-3, -1, 1, -4])
  expect(difference.maps[0]!.reach).toBe(4)
  expect(cellsOf(values([0.1, 0.2, 0, 0], null), metricOf('confidence'), 'both', true).maps[0]!.reach).toBe(1)
})

test('[AV4] one scale reaches over all maps, unless each map is to have its own', () => {
  const two = [
    ...values([1, 2, 0, 0], null),
    { map: cross, instance: Float32Array.from([0, 10, 0, 0, 0, 0]), mean: null, deviation: null },
  ]
  expect(cellsOf(two, importance, 'both', true).maps.map(({ reach }) => reach)).toEqual([10, 10])
  expect(cellsOf(two, importance, 'both', false).maps.map(({ reach }) => reach)).toEqual([2, 10])
})

test('[AV5] ranks run over all maps together, by size of change where the sign has a meaning', () => {
  const signedValues = values([-0.5, 0.1, Number.NaN, 0.3], null)
  expect([...ranksOf(signedValues, effect).get(encoder)!]).toEqual([1, 3, 0, 2])
  expect([...ranksOf(signedValues, importance).get(encoder)!]).toEqual([3, 2, 0, 1])
  expect(leastImportant(signedValues, effect, 2)).toEqual(['encoder.0.1', 'encoder.1.1'])
})

test('[AV6] a cell is described by its place, its values with units, its rank and its state', () => {
  const [own] = values([0.42, 0, 0, 0], [0.3, 0, 0, 0]) as [MapValues]
  const nobody = { others: [], leftOut: [] }
  const state = { countFrom: 0, chosen: true, pruned: false, ...nobody }
  const facts = { values: own, metric: importance, rank: 1, heads: 4, ...state }
  expect(describe({ kind: 'encoder', layer: 0, head: 0 }, facts)).toBe(
    'Layer 0, head 0, importance 0.420 nats, corpus mean 0.300 nats, rank 1 of 4, chosen, not pruned',
  )
  const [none] = values(null, null) as [MapValues]
  expect(
    describe({ kind: 'encoder', layer: 1, head: 1 }, { ...facts, values: none, rank: 0, chosen: false, pruned: true }),
  ).toBe('Layer 1, head 1, importance not known, pruned')
  const person = (name: string) => ({ id: name, name, colour: 1, dash: 1 })
  const shared = { ...facts, others: [person('Ana'), person('Ben')], leftOut: [person('Ben')] }
  expect(describe({ kind: 'encoder', layer: 0, head: 0 }, shared)).toMatch(
    /not pruned, also chosen by Ana, Ben, marked to be left out by Ben$/,
  )
  expect(valueText(-0.0312, effect)).toBe('−0.031 nats')
  expect(valueText(Number.NaN, effect)).toBe('not known')
})

test('[AV7] keys walk the three maps as one: up is a later layer, and the next map follows the last head', () => {
  const at = (kind: 'encoder' | 'decoder' | 'cross', layer: number, head: number) => ({ kind, layer, head })
  expect(nextHead('ArrowUp', false, at('encoder', 0, 0), maps)).toEqual(at('encoder', 1, 0))
  expect(nextHead('ArrowUp', false, at('encoder', 1, 0), maps)).toEqual(at('encoder', 1, 0))
  expect(nextHead('ArrowRight', false, at('encoder', 1, 1), maps)).toEqual(at('decoder', 1, 0))
  expect(nextHead('ArrowLeft', false, at('decoder', 2, 0), maps)).toEqual(at('encoder', 1, 1))
  expect(nextHead('ArrowLeft', false, at('encoder', 0, 0), maps)).toBeNull()
  expect(nextHead('PageUp', false, at('cross', 0, 1), maps)).toEqual(at('cross', 2, 1))
  expect(nextHead('Home', true, at('cross', 0, 1), maps)).toEqual(at('cross', 2, 0))
  expect(nextHead('End', true, at('cross', 2, 0), maps)).toEqual(at('cross', 0, 1))
  expect(nextHead('x', false, at('cross', 0, 1), maps)).toBeNull()
})

test('[AV8] cells are as large as fits, three maps abreast, and stand below each other where they would be too small', () => {
  expect(layoutOf(maps, 388, 160)).toEqual({ cell: 42, columns: 3 })
  expect(layoutOf([encoder, decoder, cross], 200, 160)).toEqual({ cell: 17, columns: 3 })
  const wide = maps.map((map) => ({ ...map, heads: 16, layers: 12 }))
  const layout = layoutOf(wide, 388, 300)
  expect(layout.columns).toBeLessThan(3)
  expect(layout.cell).toBeGreaterThanOrEqual(10)
})
