import { expect, test } from 'vitest'
import { piecesOf } from '#web/marks/pieces.ts'
import { flagsOf, nextFlag, signsOf } from '#web/views/instance/flags.ts'

function pieces(text: string) {
  const words = [...text.matchAll(/\S+/g)]
  return piecesOf({
    text,
    tokens: words.map(([word]) => `▁${word}`),
    offsets: words.map(({ 0: word, index }) => [index, index + word.length] as const),
    special: words.map(() => false),
  })
}

const source = pieces('The prize went to Edward Kestrell, 55, at a ceremony in the town of Trefarth after floods.')
const sure = (text: string): number[] => text.split(' ').map(() => 0.9)
const missing = (text: string): string[] =>
  flagsOf(source, pieces(text), sure(text)).flatMap(({ kind, first }) =>
    kind === 'missing' ? [text.split(' ')[first]!] : [],
  )

test('[IV6] words, names and numbers that the source does not have are flagged, other forms of its words are not', () => {
  expect(missing('The chemist Edward Kestrell, 56, won a prize at the flood ceremony.')).toEqual(['chemist', '56,'])
})

test('[IV7] where most words are absent, as in a translation, absence says nothing', () => {
  expect(missing('Der Preis ging nach einer Zeremonie an Edward Kestrell.')).toEqual([])
})

test('[IV8] a token written against the odds is flagged with its probability', () => {
  const [flag] = flagsOf(source, pieces('The town'), [0.9, 0.31])
  expect(flag).toEqual({ kind: 'unsure', first: 1, last: 1, reason: 'written with probability 0.31, below 50.0 %' })
})

test('[IV9] five words in a row are a copy, four are not', () => {
  const four = 'A ceremony in the Trefarth'
  const five = 'It was a ceremony in the town of Trefarth.'
  expect(flagsOf(source, pieces(four), sure(four)).filter(({ kind }) => kind === 'copied')).toEqual([])
  expect(flagsOf(source, pieces(five), sure(five))).toEqual([
    { kind: 'copied', first: 2, last: 8, reason: '7 words in a row stand in the source' },
  ])
})

test('[IV10] one token can carry several signs, and copies are not stopped at', () => {
  const text = 'A chemist from the ceremony in the town of Trefarth.'
  const flags = flagsOf(source, pieces(text), [0.9, 0.2, ...sure(text).slice(2)])
  expect([...signsOf(flags)]).toEqual([
    [1, '!?'],
    [9, '='],
  ])
  expect(nextFlag(flags, null, true)?.first).toBe(1)
  expect(nextFlag(flags, 1, true)).toBeNull()
  expect(nextFlag(flags, 5, false)?.first).toBe(1)
})
