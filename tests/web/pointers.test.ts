import { createRoot, createSignal } from 'solid-js'
import { expect, test } from 'vitest'
import type { Pointing } from '#web/collab/people.ts'
import { pointingsOf } from '#web/collab/people.ts'
import { createPointers } from '#web/state/pointers.ts'
import { openBy } from '#web/views/projection/others.ts'
import { makeClock } from './support/clock.ts'

const person = (id: string) => ({ id, name: id, colour: 2, dash: 1 })
const state = (id: string, hover: unknown): unknown => ({
  user: { ...person(id), role: 'editor', color: 'var(--person-2)', colorLight: 'var(--person-2)' },
  hover,
})
const head = (name: string) => ({ kind: 'head', head: name }) as const

test('[OP1] what others point at is read from their presence; one’s own, and what is no place, are left out', () => {
  const states = new Map([
    [1, state('me', head('cross.0.1'))],
    [2, state('ana', head('cross.2.1'))],
    [3, state('ana', null)],
    [4, state('bo', { kind: 'head', head: 'nowhere' })],
    [5, state('cai', { kind: 'place', layout: 'x', layer: 1, at: [0.5, Number.NaN] })],
  ])
  expect([...pointingsOf(states, 'me')]).toEqual([['ana', { person: person('ana'), spot: head('cross.2.1') }]])
})

test('[OP2] a pointer that rests for five seconds is let go, and is there again when it moves', () => {
  const clock = makeClock()
  const at = (name: string): ReadonlyMap<string, Pointing> =>
    new Map([['ana', { person: person('ana'), spot: head(name) }]])
  const [pointings, setPointings] = createSignal(at('cross.0.0'))
  const { pointers, dispose } = createRoot((end) => ({ pointers: createPointers(pointings, clock), dispose: end }))
  expect(pointers()).toHaveLength(1)
  clock.pass(4_900)
  expect(pointers()).toHaveLength(1)
  clock.pass(200)
  expect(pointers()).toHaveLength(0)
  setPointings(at('cross.0.1'))
  expect(pointers().map(({ spot }) => spot)).toEqual([head('cross.0.1')])
  setPointings(new Map())
  expect(pointers()).toHaveLength(0)
  dispose()
})

test('[OP3] people who have the same point open share its ring, whoever moved last first', () => {
  const others = [
    { person: person('ana'), open: 4 },
    { person: person('bo'), open: -1 },
    { person: person('cai'), open: 4 },
  ]
  expect([...openBy(others)].map(([row, people]) => [row, people.map(({ id }) => id)])).toEqual([[4, ['ana', 'cai']]])
})
