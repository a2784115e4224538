import { expect, test } from 'vitest'
import type { Tensor } from '#web/api/safetensors.ts'
import { rampSteps } from '#web/marks/ramp.ts'
import { arcPaths } from '#web/views/instance/arc-paths.ts'
import { drawPairGrid, makePairGrid, pairAt } from '#web/views/instance/pair-grid.ts'
import type { Pair, Place } from '#web/views/instance/pairs.ts'
import { hasPlace, maskedRuns, readPairs, topPairs } from '#web/views/instance/pairs.ts'

/** Entry [i, j] is 10 i + j. */
const matrix = (size: number): Tensor => ({
  dtype: 'F32',
  shape: [size, size],
  data: Float32Array.from({ length: size * size }, (_, at) => 10 * Math.floor(at / size) + (at % size)),
})
const source = (index: number): Place => ({ side: 'source', index })
const output = (index: number): Place => ({ side: 'output', index })

const pair = { kind: 'encoder-decoder', source: 2, output: 3 } as const
const single = { kind: 'decoder-only', source: 2, output: 3 } as const

test('[IV20] source, start token and the outputs before the target stand in this order', () => {
  expect(readPairs(matrix(5), 'masked-pairs', pair, 2)?.places).toEqual([
    source(0),
    source(1),
    null,
    output(0),
    output(1),
  ])
  expect(readPairs(matrix(5), 'masked-pairs', single, 2)?.places).toEqual([source(0), source(1), output(0), output(1)])
})

test('[IV21] a masked pair is one number, the others are what both entries of the pair add up to', () => {
  expect(readPairs(matrix(5), 'masked-pairs', pair, 1)?.at(3, 0)).toBe(30)
  expect(readPairs(matrix(5), 'integrated-hessians', pair, 1)?.at(3, 0)).toBe(33)
  expect(readPairs(matrix(4), 'attention-edges', single, 1)?.at(2, 1)).toBe(33)
})

test('[IV22] interactions of another text are not read', () => {
  expect(readPairs(matrix(1), 'masked-pairs', pair, 1)).toBeNull()
})

test('[IV23] the strongest pairs come first, whatever their sign, and none with the start token', () => {
  const values = matrix(5)
  values.data[3 * 5 + 1] = -500
  const pairs = readPairs(values, 'masked-pairs', pair, 2)!
  expect(topPairs(pairs, 3)).toEqual([
    { first: source(1), second: output(0), value: -500 },
    { first: output(0), second: output(1), value: 43 },
    { first: source(1), second: output(1), value: 41 },
  ])
  expect(hasPlace(topPairs(pairs, 1)[0]!, output(0))).toBe(true)
  expect(hasPlace(topPairs(pairs, 1)[0]!, source(0))).toBe(false)
  expect(pairs.reach).toBe(500)
})

test('[IV26] pairs that are not known yet take no part: neither in the scale nor among the strongest, and their cells stay empty', () => {
  const values = matrix(5)
  values.data.fill(Number.NaN, 2 * 5)
  const pairs = readPairs(values, 'masked-pairs', single, 2)!
  expect([pairs.reach, pairs.at(2, 0)]).toEqual([10, Number.NaN])
  expect(topPairs(pairs, 5)).toEqual([{ first: source(0), second: source(1), value: 10 }])
  const painted: string[] = []
  const ramp = Array.from({ length: rampSteps + 1 }, () => ({ background: 'full', ink: 'dark', text: '' }) as const)
  const context = {
    fillStyle: '',
    clearRect: () => {},
    fillRect(x: number, y: number) {
      painted.push(`${x} ${y} ${this.fillStyle}`)
    },
  }
  const look = { ramps: { toward: ramp, away: ramp, amount: ramp }, reach: pairs.reach, empty: 'zero' }
  drawPairGrid(context, makePairGrid(pairs, 100), 4, look)
  expect(painted).toEqual(['0 0 zero', '0 1 full', '1 1 zero', '2 2 zero', '3 3 zero'])
})

test('[IV24] the triangle has a cell a pair, or the largest of several where there are more tokens than pixels', () => {
  const pairs = readPairs(matrix(5), 'masked-pairs', pair, 2)!
  const fine = makePairGrid(pairs, 100)
  expect([fine.cells, fine.block, fine.values[3 * 5 + 2]]).toEqual([5, 1, 32])
  const coarse = makePairGrid(pairs, 3)
  expect([coarse.cells, coarse.block, coarse.values[1 * 3]]).toEqual([3, 2, 31])
  expect(pairAt(fine, 5, 45, 65, 100)).toEqual([3, 2])
  expect(pairAt(fine, 5, 65, 45, 100)).toBeNull()
})

test('[IV25] cells are painted by sign and size on the ramps of the theme', () => {
  const ramp = (name: string) =>
    Array.from({ length: rampSteps + 1 }, (_, step) => ({
      background: `${name}${step}`,
      ink: 'dark' as const,
      text: '',
    }))
  const ramps = { toward: ramp('t'), away: ramp('a'), amount: ramp('m') }
  const painted: string[] = []
  const context = {
    fillStyle: '',
    clearRect: () => undefined,
    fillRect(x: number, y: number) {
      painted.push(`${x},${y} ${this.fillStyle}`)
    },
  }
  const grid = { cells: 2, block: 1, values: Float32Array.from([0, 0, -1, 0]) }
  drawPairGrid(context, grid, 10, { ramps, reach: 2, empty: 'e' })
  expect(painted).toEqual(['0,0 e', `0,5 a${rampSteps / 2}`, '5,5 e'])
})

test('[IV26] arcs stand over the source, under the output, and their width follows the size', () => {
  const box = (place: Place) =>
    place.side === 'source'
      ? { x: 10 * place.index, top: 20, bottom: 40, side: place.side }
      : { x: 10 * place.index, top: 100, bottom: 120, side: place.side }
  const pairs: readonly Pair[] = [
    { first: source(0), second: source(6), value: 2 },
    { first: output(0), second: output(6), value: -1 },
    { first: source(0), second: output(1), value: 0.1 },
  ]
  expect(arcPaths(pairs, box)).toEqual([
    { d: 'M0 20C0 9 60 9 60 20', width: 3, sign: 'toward' },
    { d: 'M0 120C0 131 60 131 60 120', width: 1.5, sign: 'away' },
    { d: 'M0 40C0 70 10 70 10 100', width: 1, sign: 'toward' },
  ])
  expect(arcPaths(pairs, () => null)).toEqual([])
})

test('[IV27] masked pairs of n tokens need a run for all, none, each, and each two', () => {
  expect(maskedRuns(4)).toBe(12)
})
