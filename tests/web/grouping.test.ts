import { expect, test } from 'vitest'
import { groupSpan, mergeGroups, piecesOf } from '#web/marks/pieces.ts'
import { rankAgreement } from '#web/marks/rank-agreement.ts'
import { sentenceStarts } from '#web/marks/sentences.ts'
import { everyContribution } from '#web/views/instance/layout.ts'
import { makeScores } from './support/scores.ts'

/** One token a word, spaces left out, and an end token. */
function tokens(text: string) {
  const words = [...text.matchAll(/\S+/g)]
  return {
    text,
    tokens: [...words.map(([word]) => `▁${word}`), '</s>'],
    offsets: [
      ...words.map(({ 0: word, index }) => [index, index + word.length] as const),
      [text.length, text.length] as const,
    ],
    special: [...words.map(() => false), true],
  }
}

test('[IV1] a sentence ends at its full stop, and not after a title or an initial', () => {
  const text = 'Mr. Kestrell won. He gave 1.5 million to J. Smith of St. Ives! Why?\nNobody knows.'
  expect(sentenceStarts(text).map((start) => text.slice(start).split(' ')[0])).toEqual([
    'Mr.',
    'He',
    'Why?\nNobody',
    'Nobody',
  ])
})

test('[IV2] sums over sentences reach every piece of theirs, and the end token stands alone', () => {
  const pieces = piecesOf(tokens('It rained. We left early.'))
  expect(pieces.map(({ sentence }) => sentence)).toEqual([0, 0, 1, 1, 1, 2])
  expect(mergeGroups([1, 2, 0.5, null, 0.25, 4], pieces, 'sentences')).toEqual([3, 3, 0.75, 0.75, 0.75, 4])
  expect(groupSpan(pieces, 3, 'sentences')).toEqual([2, 4])
  expect(groupSpan(pieces, 3, 'pieces')).toEqual([3, 3])
})

test('[IV3] the colour scale is made of the sums that are shown', () => {
  const scores = makeScores(1, 3, 1)
  const layout = { kind: 'encoder-decoder', source: 3, output: 1 } as const
  expect([...everyContribution(scores, layout)]).toEqual([0, 1, 2])
  expect([...everyContribution(scores, layout, { source: [0, 0, 1], output: [0] })]).toEqual([1, 2])
})

test('[IV4] rank agreement is Kendall’s τ-b, as scipy.stats.kendalltau gives it', () => {
  // scipy 1.11: kendalltau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]) = −0.4714045…; the second pair of lists has no ties.
  expect(rankAgreement([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])).toBeCloseTo(-0.4714045, 6)
  expect(rankAgreement([1, 2, 3, 4], [1, 2, 4, 3])).toBeCloseTo(2 / 3, 12)
  expect(rankAgreement([1, 2, null, 3], [3, 2, 9, 1])).toBeCloseTo(-1, 12)
})

test('[IV5] a constant list agrees with nothing, and says so', () => {
  expect(rankAgreement([1, 1, 1], [1, 2, 3])).toBeNull()
  expect(rankAgreement([1], [2])).toBeNull()
})
