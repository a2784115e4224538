import { expect, test } from 'vitest'
import type { InstanceReply } from '#server/wire/instances.ts'
import { defaultOptions } from '#web/state/permalink.ts'
import {
  agreementBetween,
  counterpart,
  rowsBetween,
  sameTokens,
  sameUnit,
  scoresBetween,
} from '#web/views/instance/compare.ts'
import { knownTokens, tokenOf } from '#web/views/instance/contrast-tokens.ts'
import { requestOf, startLanguages, troubleOf } from '#web/views/instance/own-request.ts'
import { makeScores } from './support/scores.ts'

function instance(
  source: readonly number[],
  output: readonly number[] | null,
  part: Partial<InstanceReply> = {},
): InstanceReply {
  const tokens = (ids: readonly number[]) => ({
    ids: [...ids],
    tokens: ids.map((id) => `▁${id}`),
    offsets: ids.map((): [number, number] => [0, 0]),
    special: ids.map(() => false),
    text: ids.join(' '),
  })
  const steps = (output ?? []).map((id, at) => ({
    id,
    token: `▁${id}`,
    logProb: -1 - at,
    entropy: at,
    alternatives: [],
  }))
  return {
    id: 'one',
    ordinal: 0,
    source: tokens(source),
    reference: null,
    attributes: {},
    output: output && { ...tokens(output), steps, decoding: 'greedy' },
    problem: null,
    origin: null,
    ...part,
  }
}

const a = instance([1, 2, 3], [7, 8, 9])
const other = instance([1, 2, 4], [7, 5])

test('[IV32] a choice in A is about the same token of B, and about none where another stands there', () => {
  expect(sameTokens(a, other, 'source')).toBe(false)
  expect(sameTokens(a, instance([1, 2, 3], null), 'output')).toBeNull()
  expect(counterpart({ side: 'output', index: 0 }, a, other)).toEqual({ side: 'output', index: 0 })
  expect(counterpart({ side: 'output', index: 1 }, a, other)).toBeNull()
  expect(counterpart({ side: 'source', index: 1, last: 2 }, a, other)).toBeNull()
  expect(counterpart({ side: 'output', index: 2 }, a, other)).toBeNull()
})

test('[IV33] the difference of two attributions counts where both are known, and not between other shapes', () => {
  const [left, right] = [makeScores(2, 3, 2), makeScores(2, 3, 2)]
  const early = { ...right, source: right.source.map((value) => value / 2), known: Uint8Array.of(1, 0) }
  const between = scoresBetween(left, early)!
  expect([...between.source]).toEqual([0, 0.5, 1, 50, 50.5, 51])
  expect([...between.known]).toEqual([1, 0])
  expect(scoresBetween(left, makeScores(2, 4, 2))).toBeNull()
  expect(scoresBetween(left, null)).toBeNull()
})

test('[IV34] two methods have no unit in common, two baselines do', () => {
  const options = defaultOptions()
  expect(sameUnit(options, { ...options, baseline: 'mean' })).toBe(true)
  expect(sameUnit(options, { ...options, method: 'occlusion' })).toBe(false)
  expect(sameUnit(options, { ...options, objective: 'logit' })).toBe(false)
})

test('[IV35] whole outputs are compared always, chosen tokens where both sides have some', () => {
  const side = (of: InstanceReply, index: number | null) => ({
    instance: of,
    choice: index === null ? null : ({ side: 'output', index } as const),
    reaching: null,
    sums: null,
  })
  const whole = rowsBetween(side(a, 0), side(other, null))
  expect(whole.chosen).toEqual([])
  expect(whole.whole.map((row) => [row.name, row.a, row.b])).toEqual([
    ['log-prob', -6, -3],
    ['mean entropy', 1, 0.5],
    ['tokens', 3, 2],
  ])
  const chosen = rowsBetween(side(a, 2), side(other, 1)).chosen
  expect(chosen.slice(0, 3).map((row) => [row.name, row.a, row.b])).toEqual([
    ['log-prob', -3, -2],
    ['entropy', 2, 1],
    ['source gives', null, null],
  ])
})

test('[IV36] agreement between two attributions is about sizes, over the same source tokens', () => {
  const reaching = (source: readonly number[]) => ({ source, output: [], start: 0, inside: 0 })
  expect(agreementBetween(reaching([1, -2, 3]), reaching([-0.1, 0.2, 0.3]))).toBeCloseTo(1, 12)
  expect(agreementBetween(reaching([1, 2]), reaching([1, 2, 3]))).toBeNull()
})

test('[IV37] what is open already is not made once more; a changed text, output or model is asked for', () => {
  const languages = { source: '', target: '' }
  const open = { source: a.source.text, output: a.output!.text, writes: 'model', checkpoint: null, languages } as const
  const one = { known: null, chosen: null }
  expect(troubleOf(open, a, one)).toContain('what is open')
  expect(troubleOf({ ...open, writes: 'given' }, a, one)).toContain('what is open')
  expect(troubleOf({ ...open, source: ' ' }, a, one)).toBe('Give a text.')
  expect(troubleOf({ ...open, writes: 'given', output: '' }, null, one)).toContain('Give an output')
  const forced = { ...open, writes: 'given', output: 'else' } as const
  expect(troubleOf(forced, a, one)).toBeNull()
  expect(requestOf(forced, a, one)).toEqual({
    from: 'one',
    source: null,
    target: { kind: 'force', text: 'else' },
    checkpoint: null,
    languages: null,
  })
  expect(requestOf({ ...open, source: 'new', checkpoint: 'quiz-early' }, null, one)).toEqual({
    from: null,
    source: 'new',
    target: { kind: 'write' },
    checkpoint: 'quiz-early',
    languages: null,
  })
})

test('[IV39] a text of a multilingual translator starts with the languages of what is open, and others make another text', () => {
  const known = { source: 'en_XX', target: null, codes: ['en_XX', 'de_DE', 'fr_XX'] }
  const spoken = { known, chosen: { source: 'de_DE', target: 'fr_XX' } }
  expect(startLanguages(spoken)).toEqual({ source: 'de_DE', target: 'fr_XX' })
  expect(startLanguages({ known, chosen: { source: 'deu_Latn', target: null } })).toEqual({
    source: 'en_XX',
    target: '',
  })
  const languages = startLanguages(spoken)
  const open = { source: a.source.text, output: a.output!.text, writes: 'model', checkpoint: null, languages } as const
  expect(troubleOf(open, a, spoken)).toContain('what is open')
  const other = { ...open, languages: { source: 'de_DE', target: 'en_XX' } }
  expect(troubleOf(other, a, spoken)).toBeNull()
  expect(requestOf(other, a, spoken).languages).toEqual({ source: 'de_DE', target: 'en_XX' })
  expect(troubleOf({ ...open, languages: { source: 'de_DE', target: 'x' } }, a, spoken)).toContain('two languages')
})

test('[IV38] a typed token is one that the page has met, or a number', () => {
  const known = knownTokens(a)
  expect(tokenOf(' 8 ', known)).toBe(8)
  expect(tokenOf('#8123', known)).toBe(8123)
  expect(tokenOf('8123', known)).toBeNull()
  expect(tokenOf('', known)).toBeNull()
})
