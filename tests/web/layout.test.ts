import { expect, test } from 'vitest'
import type { Layout } from '#web/views/instance/layout.ts'
import { drawnOn, everyContribution, reaching, spanOf, sumsOf } from '#web/views/instance/layout.ts'
import { makeScores } from './support/scores.ts'

const both: Layout = { kind: 'encoder-decoder', source: 3, output: 3 }
const one: Layout = { kind: 'decoder-only', source: 3, output: 3 }

test('[WL1] in an encoder-decoder model prefix column 0 is the start token and column j + 1 is output token j', () => {
  const found = reaching(makeScores(3, 3, 3), both, 2, 2)
  expect(found).toEqual({ source: [200, 201, 202], output: [-201, -202, null], start: -200, inside: 0 })
})

test('[WL2] in a decoder-only model the source columns go on into the output', () => {
  const found = reaching(makeScores(3, 6, 0), one, 2, 2)
  expect(found).toEqual({ source: [200, 201, 202], output: [203, 204, null], start: 0, inside: 0 })
})

test('[WL3] a decoder-only result without the last token has the same reading', () => {
  expect(reaching(makeScores(3, 5, 0), one, 2, 2)?.output).toEqual([203, 204, null])
})

test('[WL4] a span adds up its targets, and what its tokens gave to each other is inside', () => {
  const found = reaching(makeScores(3, 3, 3), both, 1, 2)
  expect(found?.source).toEqual([300, 302, 304])
  expect(found?.output).toEqual([-302, null, null])
  expect(found?.inside).toBe(-202)
  expect(found?.start).toBe(-300)
})

test('[WL5] nothing reaches a target that has not been computed', () => {
  const scores = makeScores(3, 3, 3)
  scores.known[1] = 0
  expect(reaching(scores, both, 1, 1)).toBeNull()
  expect(reaching(scores, both, 0, 2)).toBeNull()
  expect(reaching(scores, both, 2, 2)).not.toBeNull()
})

test('[WL6] turned round, a source token shows what each output drew on it', () => {
  expect(drawnOn(makeScores(3, 3, 3), both, { side: 'source', index: 1 })).toEqual([1, 101, 201])
  expect(drawnOn(makeScores(3, 3, 3), both, { side: 'source', index: 0, last: 1 })).toEqual([1, 201, 401])
})

test('[WL7] turned round, an output token was drawn on by later ones only', () => {
  expect(drawnOn(makeScores(3, 3, 3), both, { side: 'output', index: 0 })).toEqual([null, -101, -201])
})

test('[WL8] the sample of the colour scale leaves out what is zero by construction', () => {
  expect([...everyContribution(makeScores(2, 2, 2), { ...both, source: 2, output: 2 })]).toEqual([0, 1, 100, 101, -101])
})

test('[WL12] first impressions count for the colour scale only while there is nothing better', () => {
  const scores = makeScores(2, 2, 2)
  const layout = { ...both, source: 2, output: 2 }
  scores.nodes.fill(1)
  expect([...everyContribution(scores, layout)]).toEqual([0, 1, 100, 101, -101])
  scores.nodes[1] = 8
  expect([...everyContribution(scores, layout)]).toEqual([100, 101, -101])
})

test('[WL9] sums of a span: change, gap as a share of it, most nodes, all converged', () => {
  const scores = makeScores(3, 3, 3)
  const sums = sumsOf(scores, 0, 1)
  expect(sums.change).toBe(20)
  expect(sums.gap).toBeCloseTo(0.1, 6)
  expect(sums.share).toBeCloseTo(0.005, 6)
  expect(sums.nodes).toBe(9)
  expect(sums.converged).toBe(true)
  scores.converged[1] = 0
  expect(sumsOf(scores, 0, 1).converged).toBe(false)
})

test('[WL10] a change below 0.1 nats counts as 0.1 in the share of the gap', () => {
  const scores = makeScores(1, 1, 1)
  scores.baselineObjective[0] = scores.objective[0] ?? 0
  expect(sumsOf(scores, 0, 0).share).toBeCloseTo(0.5, 6)
})

test('[WL11] a choice runs from its smaller to its larger index', () => {
  expect(spanOf({ side: 'source', index: 4 })).toEqual([4, 4])
  expect(spanOf({ side: 'source', index: 4, last: 2 })).toEqual([2, 4])
})
