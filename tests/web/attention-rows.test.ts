import { expect, test } from 'vitest'
import type { Tensor } from '#web/api/safetensors.ts'
import { parseHead } from '#web/marks/head-name.ts'
import { flowLooking, headLooking, whyNotLooking } from '#web/views/instance/attention-rows.ts'
import { makeFrame } from '#web/views/instance/frame.ts'

/** Weights whose value tells its place: 100 head + 10 query + key. */
function weights(heads: number, queries: number, keys: number): Tensor {
  const at = (index: number): number =>
    100 * Math.floor(index / (queries * keys)) + 10 * (Math.floor(index / keys) % queries) + (index % keys)
  return {
    dtype: 'F32',
    shape: [heads, queries, keys],
    data: Float32Array.from({ length: heads * queries * keys }, (_, i) => at(i)),
  }
}
const shares = (rows: number, columns: number, sign = 1): Tensor => ({
  dtype: 'F32',
  shape: [rows, columns],
  data: Float32Array.from({ length: rows * columns }, (_, i) => sign * (10 * Math.floor(i / columns) + (i % columns))),
})
const head = (name: string) => parseHead(name)!

const pair = { kind: 'encoder-decoder', source: 3, output: 4 } as const
const single = { kind: 'decoder-only', source: 3, output: 2 } as const

test('[IV11] a cross head looks from the step that wrote the token at the source', () => {
  expect(headLooking(weights(2, 4, 3), head('cross.2.1'), pair, { side: 'output', index: 2 })).toEqual({
    source: [120, 121, 122],
    output: null,
  })
})

test('[IV12] over a span the mean of its steps is drawn, turned round the sum over its tokens', () => {
  const span = headLooking(weights(1, 4, 3), head('cross.0.0'), pair, { side: 'output', index: 1, last: 2 })
  expect(span?.source).toEqual([15, 16, 17])
  const turned = headLooking(weights(1, 4, 3), head('cross.0.0'), pair, { side: 'source', index: 1, last: 2 })
  expect(turned).toEqual({ source: null, output: [3, 23, 43, 63] })
})

test('[IV13] a decoder head looks at the tokens written before, past the start token', () => {
  expect(headLooking(weights(1, 4, 4), head('decoder.0.0'), pair, { side: 'output', index: 2 })).toEqual({
    source: null,
    output: [21, 22, null, null],
  })
})

test('[IV14] a decoder-only model writes a token from the one before it, and looks at prompt and output alike', () => {
  expect(headLooking(weights(1, 5, 5), head('decoder.0.0'), single, { side: 'output', index: 1 })).toEqual({
    source: [30, 31, 32],
    output: [33, null],
  })
})

test('[IV15] an encoder head looks from a source token at the source, and from nowhere else', () => {
  expect(headLooking(weights(1, 3, 3), head('encoder.0.0'), pair, { side: 'source', index: 1 })?.source).toEqual([
    10, 11, 12,
  ])
  expect(whyNotLooking('encoder-decoder', head('encoder.0.0'), 'output')).toContain('click a source token')
  expect(whyNotLooking('encoder-decoder', head('decoder.0.0'), 'source')).toContain('not at the source')
  expect(whyNotLooking('decoder-only', head('decoder.0.0'), 'source')).toBeNull()
})

test('[IV16] all heads together share their look between source and prefix, the start token left out', () => {
  expect(flowLooking(shares(4, 3), shares(4, 4, -1), pair, { side: 'output', index: 2 })).toEqual({
    source: [20, 21, 22],
    output: [-21, -22, null, null],
  })
  expect(flowLooking(shares(2, 5), shares(2, 0), single, { side: 'output', index: 1 })).toEqual({
    source: [10, 11, 12],
    output: [13, null],
  })
})

test('[IV17] weights of another text are not drawn', () => {
  expect(flowLooking(shares(3, 3), shares(3, 4), pair, { side: 'output', index: 2 })).toBeNull()
  expect(headLooking(weights(1, 4, 3), head('cross.0.1'), pair, { side: 'output', index: 2 })).toBeNull()
})

test('[IV18] attention is drawn on a scale from 0 to 1, summed over words, and nothing is off it', () => {
  const pieces = [0, 0, 1].map((word, index) => ({
    index,
    label: 'x',
    kind: 'text' as const,
    raw: 'x',
    word,
    sentence: 0,
    spaced: true,
    breaks: false,
  }))
  const parts = {
    side: 'source',
    pieces,
    reach: 5,
    choice: null,
    spot: null,
    waiting: null,
    signs: new Map(),
    held: false,
  } as const
  const frame = makeFrame({
    ...parts,
    tone: 'amount',
    feet: [0.25, 0.5, 0.25],
    values: [0.25, 0.5, 0.25],
    unit: 'words',
  })
  expect(frame.values).toEqual([0.75, 0.75, 0.25])
  expect(frame.feet).toEqual([0.75, 0.75, 0.25])
  expect(frame.reach).toBe(1)
  expect(frame.clipped.size).toBe(0)
})
