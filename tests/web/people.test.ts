import { createRoot, createSignal } from 'solid-js'
import { expect, test } from 'vitest'
import type { Selection } from '#collab/wire/document.ts'
import { arrivalOf } from '#web/collab/arrival.ts'
import type { Attendee } from '#web/collab/people.ts'
import { peopleOf, whereabouts } from '#web/collab/people.ts'
import { createFollowing } from '#web/state/following.ts'
import { createHistory } from '#web/state/history.ts'
import type { View } from '#web/state/permalink.ts'
import { defaultOptions, emptyView } from '#web/state/permalink.ts'
import { createSelection } from '#web/state/selection.ts'
import { createToasts } from '#web/state/toasts.ts'

const me = { id: 'me', name: 'Zoe', colour: 1, dash: 1 }
const state = (id: string, name: string, more: object = {}): unknown => ({
  user: { id, name, colour: 2, dash: 1, role: 'editor', color: 'var(--person-2)', colorLight: 'var(--person-2)' },
  ...more,
})

test('[WG1] people are listed once however many tabs they have, you first, then by name', () => {
  const people = peopleOf(
    new Map([
      [1, state('bo', 'Bo', { idle: true })],
      [2, state('ana', 'Ana', { pane: 'notes' })],
      [3, state('bo', 'Bo', { idle: false, pane: 'list' })],
      [4, state('me', 'Zoe')],
    ]),
    me,
  )
  expect(people.map(({ person, you, idle, pane }) => [person.name, you, idle, pane])).toEqual([
    ['Zoe', true, false, null],
    ['Ana', false, false, 'notes'],
    ['Bo', false, false, 'list'],
  ])
})

test('[WG2] states that are no presence are left out, and you are there before any state is', () => {
  const states = new Map<number, unknown>([
    [1, null],
    [2, { user: { id: '__proto__', name: 'x' } }],
    [3, { user: 'me' }],
    [4, state('x', 'y'.repeat(500))],
  ])
  expect(peopleOf(states, me).map(({ person }) => person.id)).toEqual(['me'])
})

test('[WG3] somebody with several tabs is idle only when all of them are', () => {
  const people = peopleOf(
    new Map([
      [1, state('bo', 'Bo', { idle: true })],
      [2, state('bo', 'Bo', { idle: true })],
    ]),
    me,
  )
  expect(people[1]?.idle).toBe(true)
  expect(whereabouts(people[1]!)).toBe('Bo, idle') // there are two people here
})

const selected = (instance: string | null, at: number): Selection => ({
  ...emptyView(defaultOptions()),
  instance,
  at,
})

test('[WG4] a link decides what is seen first, then one’s own last place, then whoever moved last', () => {
  const selections = new Map([
    ['me', selected('mine', 1)],
    ['bo', selected('bos', 5)],
    ['ana', selected('anas', 7)],
    ['gone', selected('gones', 9)],
  ])
  const link: View = { ...emptyView(defaultOptions()), instance: 'linked' }
  const here = new Set(['bo', 'ana'])
  expect(arrivalOf(link, 'me', selections, here)).toEqual({ kind: 'view', view: link })
  expect(arrivalOf(null, 'me', selections, here)).toMatchObject({ kind: 'view', view: { instance: 'mine' } })
  expect(arrivalOf(null, 'new', selections, here)).toEqual({ kind: 'follow', person: 'ana' })
  expect(arrivalOf(null, 'new', selections, new Set())).toEqual({ kind: 'nothing' })
  expect(arrivalOf(null, 'me', new Map([['me', selected(null, 3)]]), here)).toEqual({ kind: 'nothing' })
})

/** A selection with everything that follows from it written down. */
function makeSelection() {
  const log: string[] = []
  const history = createHistory(createToasts(() => undefined))
  const deps = {
    history,
    show: (view: View, push: boolean) => log.push(`${push ? 'push' : 'replace'} ${view.instance}`),
    publish: (view: View) => log.push(`publish ${view.instance}`),
    moved: () => log.push('moved'),
  }
  const selection = createSelection(deps, emptyView(defaultOptions()))
  return { selection, history, log }
}

test('[WG5] an own move is published, put into the address, undoable, and ends following', () => {
  const { selection, history, log } = makeSelection()
  selection.openInstance('a')
  expect(log).toEqual(['moved', 'push a', 'publish a'])
  expect(history.undoLabel()).toBe('choice of instance')
  history.undo()
  expect(selection.view().instance).toBeNull()
})

test('[WG6] a mirrored view is neither published nor undoable: two who follow each other do not chase in a loop', () => {
  const { selection, history, log } = makeSelection()
  selection.select({ instance: 'b' }, 'mirrored')
  expect(log).toEqual(['replace b'])
  expect(history.undoLabel()).toBeNull()
})

test('[WG7] a view from Back or Forward does not write the address again', () => {
  const { selection, log } = makeSelection()
  selection.select({ instance: 'c' }, 'address')
  expect(log).toEqual(['publish c'])
})

test('[WG8] choosing what is chosen changes nothing, and Escape steps back one level at a time', () => {
  const { selection, log } = makeSelection()
  selection.select({ instance: 'a', token: { side: 'output', index: 1 } })
  const before = log.length
  selection.chooseToken({ side: 'output', index: 1 })
  expect(log.length).toBe(before)
  expect([selection.stepBack(), selection.view().token, selection.view().instance]).toEqual([true, null, 'a'])
  expect([selection.stepBack(), selection.view().instance, selection.stepBack()]).toEqual([true, null, false])
})

test('[WG9] another instance keeps the options but not the comparison with a token of the old one', () => {
  const { selection } = makeSelection()
  selection.select({ instance: 'a', options: { ...defaultOptions(), contrast: 5, objective: 'logit' } })
  selection.openInstance('b')
  expect(selection.view().options).toEqual({ ...defaultOptions(), contrast: null, objective: 'logit' })
})

const attendee = (id: string): Attendee => ({
  person: { id, name: id, colour: 1, dash: 1 },
  you: false,
  idle: false,
  pane: null,
})

test('[WG10] following mirrors every move of that person, and ends when they leave', async () => {
  const { selection } = makeSelection()
  const left: string[] = []
  const [people, setPeople] = createSignal<readonly Attendee[]>([attendee('bo'), attendee('ana')])
  const [selections, setSelections] = createSignal<ReadonlyMap<string, Selection>>(
    new Map([['bo', selected('one', 1)]]),
  )
  const { following, dispose } = createRoot((done) => ({
    following: createFollowing({ people, selections, selection, left: (name) => left.push(name) }),
    dispose: done,
  }))
  await Promise.resolve()
  following.follow('bo')
  expect(selection.view().instance).toBe('one')
  setSelections(
    new Map([
      ['bo', selected('two', 2)],
      ['ana', selected('anas', 3)],
    ]),
  )
  expect(selection.view().instance).toBe('two')
  setPeople([attendee('ana')])
  expect([following.target(), left]).toEqual([null, ['bo']])
  setSelections(new Map([['bo', selected('three', 4)]]))
  expect(selection.view().instance).toBe('two')
  dispose()
})

test('[WG11] nobody can be followed who is not here', () => {
  const { selection } = makeSelection()
  createRoot((dispose) => {
    const following = createFollowing({
      people: () => [attendee('bo')],
      selections: () => new Map(),
      selection,
      left: () => undefined,
    })
    following.follow('stranger')
    expect(following.target()).toBeNull()
    dispose()
  })
})

test('[WG12] chosen heads and rows are own moves like any other; a layer is passed through without a trace', () => {
  const { selection, history, log } = makeSelection()
  selection.openInstance('a')
  selection.chooseHead('cross.2.1')
  selection.toggleHead('cross.2.0')
  expect(selection.view().heads).toEqual(['cross.2.1', 'cross.2.0'])
  selection.setPoints([4, 5, 6])
  expect(history.undoLabel()).toBe('selection of points')
  const before = log.length
  selection.setLayer(2)
  expect(log.slice(before)).toEqual(['moved', 'replace a', 'publish a'])
  expect(history.undoLabel()).toBe('selection of points')
  history.undo()
  history.undo()
  expect(selection.view()).toMatchObject({ heads: ['cross.2.1'], points: null })
  selection.chooseHead('cross.2.1')
  expect(selection.view().heads).toEqual([])
})

test('[WG13] a pin holds the present question and lets go of the same one', () => {
  const { selection } = makeSelection()
  selection.togglePin()
  expect(selection.view().pin).toBeNull()
  selection.openInstance('a')
  selection.togglePin()
  selection.openInstance('b')
  expect(selection.view().pin).toMatchObject({ instance: 'a' })
  selection.togglePin()
  expect(selection.view().pin).toMatchObject({ instance: 'b' })
  selection.togglePin()
  expect(selection.view().pin).toBeNull()
})
