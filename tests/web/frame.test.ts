import { expect, test } from 'vitest'
import type { Selection } from '#collab/wire/document.ts'
import type { Attendee } from '#web/collab/people.ts'
import type { Piece } from '#web/marks/pieces.ts'
import { wordsOf } from '#web/marks/pieces.ts'
import { defaultOptions, emptyView } from '#web/state/permalink.ts'
import { bracketsOf } from '#web/views/instance/brackets.ts'
import { digitsFor, makeFrame } from '#web/views/instance/frame.ts'
import { moveFocus } from '#web/views/instance/keys.ts'
import { makeWaterfall } from '#web/views/instance/waterfall.ts'

/** Words 0, 0, 1, 2, 2: "chemist", "in", "Trefarth". */
const pieces: readonly Piece[] = [0, 0, 1, 2, 2].map((word, index) => ({
  index,
  label: 'abcde'.charAt(index),
  kind: 'text',
  raw: 'abcde'.charAt(index),
  word,
  sentence: word === 2 ? 1 : 0,
  spaced: index === 0 || index === 2 || index === 3,
  breaks: false,
}))

const parts = {
  side: 'source',
  pieces,
  reach: 1,
  choice: null,
  spot: null,
  waiting: null,
  signs: new Map(),
  tone: 'signed',
  feet: null,
  held: false,
} as const

test('[WF1] pieces keep their own values, words share the sum of theirs', () => {
  const values = [0.5, 0.25, null, -2, 0.5]
  expect(makeFrame({ ...parts, values, unit: 'pieces' }).values).toEqual(values)
  expect(makeFrame({ ...parts, values, unit: 'words' }).values).toEqual([0.75, 0.75, null, -1.5, -1.5])
})

test('[WF2] off the scale is marked on every piece, but only once a word', () => {
  const values = [1.5, 0.25, null, -2, -2]
  expect([...makeFrame({ ...parts, values, unit: 'pieces' }).clipped]).toEqual([0, 3, 4])
  expect([...makeFrame({ ...parts, values, unit: 'words' }).clipped]).toEqual([1, 4])
})

test('[WF3] values are written once a word, the strongest first, and small ones not at all', () => {
  const values = [0.02, 0.03, 0.3, -0.6, -0.3]
  expect(makeFrame({ ...parts, values, unit: 'words' }).labelled).toEqual([3, 2])
  expect(makeFrame({ ...parts, values, unit: 'pieces' }).labelled).toEqual([3, 2, 4])
})

test('[WF4] only the lane of the choice shows it', () => {
  const choice = { side: 'source', index: 1, last: 2 } as const
  expect(makeFrame({ ...parts, values: null, unit: 'pieces', choice }).chosen).toEqual([1, 2])
  expect(makeFrame({ ...parts, side: 'output', values: null, unit: 'pieces', choice }).chosen).toBeNull()
})

test('[WF12] colours that stand until new ones are here carry no numbers', () => {
  const values = [0.5, 0.25, null, -0.9, 0.5]
  const frame = makeFrame({ ...parts, values, unit: 'pieces', held: true })
  expect(frame.values).toEqual(values)
  expect(frame.labelled).toEqual([])
})

test('[WF5] small scales write a third digit', () => {
  expect([digitsFor(1.3), digitsFor(0.05)]).toEqual([2, 3])
})

test('[WF6] pieces are grouped by word, and a word knows whether a space stands before it', () => {
  expect(wordsOf(pieces).map((word) => [word.pieces.length, word.spaced])).toEqual([
    [2, false],
    [1, true],
    [2, true],
  ])
})

test('[WF7] arrows move by piece or by word and stop at the ends', () => {
  const walk = (key: string, at: number, unit: 'pieces' | 'words') => moveFocus(key, at, pieces, unit)
  expect([walk('ArrowRight', 0, 'pieces'), walk('ArrowRight', 4, 'pieces'), walk('ArrowLeft', 0, 'pieces')]).toEqual([
    1, 4, 0,
  ])
  expect([walk('ArrowRight', 0, 'words'), walk('ArrowRight', 2, 'words'), walk('ArrowRight', 3, 'words')]).toEqual([
    2, 3, 3,
  ])
  expect([walk('ArrowLeft', 4, 'words'), walk('ArrowLeft', 3, 'words'), walk('ArrowLeft', 2, 'words')]).toEqual([
    3, 2, 0,
  ])
  expect([walk('Home', 3, 'pieces'), walk('End', 0, 'words'), walk('a', 0, 'words')]).toEqual([0, 4, null])
})

const attendee = (id: string, you = false): Attendee => ({
  person: { id, name: id.toUpperCase(), colour: 1, dash: 1 },
  you,
  idle: false,
  pane: null,
})
const selects = (index: number, last = index, instance = 'a-1'): Selection => ({
  ...emptyView(defaultOptions()),
  instance,
  token: { side: 'source', index, last },
  at: 1,
})

test('[WF9] others’ choices are brackets over their tokens; one’s own and those of other instances are not', () => {
  const people = [attendee('me', true), attendee('bo'), attendee('cy'), attendee('gone')]
  const selections = new Map([
    ['me', selects(0)],
    ['bo', selects(1, 2)],
    ['cy', selects(1, 1, 'other')],
    ['absent', selects(3)],
  ])
  const found = bracketsOf(people, selections, 'a-1', 'source', 5)
  expect(found.map(({ person, index, opens, closes, level }) => [person.id, index, opens, closes, level])).toEqual([
    ['bo', 1, true, false, 0],
    ['bo', 2, false, true, 0],
  ])
})

test('[WF10] brackets that would meet stand on levels, the fourth is left out, and none runs past the end', () => {
  const people = ['a', 'b', 'c', 'd'].map((id) => attendee(id))
  const selections = new Map(people.map(({ person }) => [person.id, selects(3, 99)]))
  const found = bracketsOf(people, selections, 'a-1', 'source', 5)
  expect(found.map(({ person, index, level }) => `${person.id}${index}${level}`)).toEqual([
    'a30',
    'a40',
    'b31',
    'b41',
    'c32',
    'c42',
  ])
})

test('[WF11] bars of a sum start where the one before ended, and the total starts at zero', () => {
  const drawing = makeWaterfall([
    { name: 'source', value: -1, kind: 'part' },
    { name: 'output', value: 11, kind: 'part' },
    { name: 'change', value: 10, kind: 'total' },
  ])
  expect(drawing.zero).toBeCloseTo(100 / 11)
  expect(drawing.bars.map(({ left, width }) => [Math.round(left * 11) / 100, Math.round(width * 11) / 100])).toEqual([
    [0, 1],
    [0, 11],
    [1, 10],
  ])
})
