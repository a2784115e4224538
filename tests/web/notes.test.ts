import { createRoot } from 'solid-js'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import type { Evidence, Note } from '#collab/wire/document.ts'
import { createNotes, evidenceOf, headsOf } from '#web/state/notes.ts'
import { defaultOptions } from '#web/state/permalink.ts'
import { readPreferences } from '#web/state/preferences.ts'
import { themeAttribute } from '#web/state/theme.ts'
import { createToasts } from '#web/state/toasts.ts'
import { evidenceColour, evidenceValue } from '#web/views/notes/evidence-text.ts'
import { makeClock } from './support/clock.ts'

const note = (createdAt: number, more: Partial<Note> = {}): Note => ({
  title: `note ${createdAt}`,
  status: 'open',
  owner: 'ana',
  ownerName: 'Ana',
  createdAt,
  deletedAt: null,
  ...more,
})

const evidence = (more: Partial<Evidence> = {}): Evidence => ({
  note: 'n1',
  stance: 'for',
  instance: 'a-1',
  token: { side: 'output', index: 1 },
  about: null,
  options: defaultOptions(),
  heads: [],
  pruned: [],
  quote: '“the” → che',
  value: 7.72,
  unit: 'nats',
  gap: -0.04,
  run: 'r',
  by: 'ana',
  at: 5,
  ...more,
})

test('[WO1] hypotheses are numbered by age, and deleting one renames no other', () => {
  const heads = headsOf(
    new Map([
      ['c', note(30)],
      ['a', note(10)],
      ['b', note(20, { deletedAt: 99 })],
    ]),
  )
  expect(heads.map(({ id, label }) => `${id} ${label}`)).toEqual(['a H1', 'c H3'])
})

function makeNotes() {
  const doc = new Y.Doc()
  let ids = 0
  const me = () => ({ id: 'ana', name: 'Ana', colour: 1, dash: 1 })
  const notes = createRoot(() => createNotes({ doc, me, now: () => 7, newId: () => `e${++ids}` }))
  return { doc, notes }
}

test('[WO2] a hypothesis keeps who made it, and deleting sets a mark that undo takes away', () => {
  const { notes } = makeNotes()
  notes.add('n1', 'chemist')
  notes.setStatus('n1', 'refuted')
  notes.rename('n1', 'chemist!')
  expect(notes.heads()[0]?.note).toEqual(note(7, { title: 'chemist!', status: 'refuted' }))
  notes.setDeleted('n1', true)
  expect(notes.heads()).toEqual([])
  notes.setDeleted('n1', false)
  expect(notes.heads().length).toBe(1)
})

test('[WO3] a chip that was removed comes back as it was', () => {
  const { notes } = makeNotes()
  const id = notes.addEvidence(evidence())
  notes.setStance(id, 'against')
  const undo = notes.removeEvidence(id)
  expect(notes.evidence().size).toBe(0)
  undo?.()
  expect(notes.evidence().get(id)).toEqual(evidence({ stance: 'against' }))
  expect(notes.removeEvidence('none')).toBeNull()
})

test('[WO4] others’ values that do not fit are not shown, whatever they are', () => {
  const { doc, notes } = makeNotes()
  doc.getMap('notes').set('x', { title: 'a'.repeat(9000), status: 'open' })
  doc.getMap('notes').set('constructor', note(1))
  doc.getMap('evidence').set('y', 'text')
  expect([notes.heads().length, notes.evidence().size]).toEqual([0, 0])
})

test('[WO5] the chips of a note are its own, oldest first', () => {
  const all = new Map([
    ['b', evidence({ at: 9 })],
    ['a', evidence({ at: 2 })],
    ['c', evidence({ note: 'n2' })],
  ])
  expect(evidenceOf(all, 'n1').map(({ id }) => id)).toEqual(['a', 'b'])
})

test('[WO6] a contribution on a chip carries its sign, a measured amount does not', () => {
  expect(evidenceValue(evidence())).toBe('+7.72 nats')
  expect(evidenceValue(evidence({ value: 0.05, unit: 'nats entropy', run: null }))).toBe('0.05 nats entropy')
  expect(evidenceValue(evidence({ value: null }))).toBe('no value')
})

test('[WO7] the edge of a chip is the fill the value had; amounts that are no evidence are grey', () => {
  expect(evidenceColour(evidence({ value: 9 }), 1.5)).toBe('var(--toward-8)')
  expect(evidenceColour(evidence({ value: -0.75 }), 1.5)).toBe('var(--away-4)')
  expect(evidenceColour(evidence({ run: null }), 1.5)).toBe('var(--entropy)')
})

test('[WO8] preferences that were stored are used where they fit, the rest is at its default', () => {
  const read = (stored: string | null) => readPreferences({ getItem: () => stored, setItem: () => undefined })
  expect(read(null).theme).toBe('system')
  expect(read('{"theme":"dark","unit":"letters","sizes":{"instance.main":9}}')).toMatchObject({
    theme: 'dark',
    unit: 'pieces',
    sizes: {},
  })
  expect(read('not json').theme).toBe('system')
  expect(
    readPreferences({
      getItem: () => {
        throw new Error('blocked')
      },
      setItem: () => undefined,
    }).theme,
  ).toBe('system')
})

test('[WO9] a theme that was chosen wins; else the system decides, also about contrast', () => {
  expect(themeAttribute('dark', true, false)).toBe('dark')
  expect(themeAttribute('system', false, true)).toBeNull()
  expect(themeAttribute('system', true, true)).toBe('contrast-dark')
  expect(themeAttribute('system', true, false)).toBe('contrast-light')
})

test('[WO10] messages go by themselves, errors stay, and at most three are shown', () => {
  const clock = makeClock()
  const toasts = createToasts((run, wait) => clock.after(wait, run))
  toasts.show('one')
  toasts.show('bad', { bad: true })
  clock.pass(10_000)
  expect(toasts.list().map(({ text }) => text)).toEqual(['bad'])
  for (const text of ['a', 'b', 'c']) toasts.show(text)
  expect(toasts.list().map(({ text }) => text)).toEqual(['a', 'b', 'c'])
})
