import { createRoot } from 'solid-js'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import type { Filter } from '#collab/wire/document.ts'
import { writeValue } from '#collab/wire/document.ts'
import { createFilters, describeFilter } from '#web/state/filters.ts'
import { createHistory } from '#web/state/history.ts'
import { createToasts } from '#web/state/toasts.ts'
import { emptyStack, pushStep, redoStep, undoStep } from '#web/state/undo.ts'

const step = (log: string[], name: string) => ({
  label: name,
  undo: () => (log.push(`-${name}`), null),
  redo: () => (log.push(`+${name}`), null),
})

test('[WU1] steps are undone from the last one back and redone in order', () => {
  const log: string[] = []
  let stack = pushStep(pushStep(emptyStack, step(log, 'a')), step(log, 'b'))
  for (const move of [undoStep, undoStep, undoStep, redoStep, redoStep]) stack = move(stack).stack
  expect(log).toEqual(['-b', '-a', '+a', '+b'])
})

test('[WU2] a new step forgets what could be redone', () => {
  const log: string[] = []
  const undone = undoStep(pushStep(emptyStack, step(log, 'a'))).stack
  expect(redoStep(pushStep(undone, step(log, 'b'))).done).toBeNull()
})

test('[WU3] a step that others stand in the way of says why and is dropped', () => {
  const blocked = { label: 'x', undo: () => 'taken', redo: () => null }
  const { stack, problem, done } = undoStep(pushStep(emptyStack, blocked))
  expect([problem, done, stack.past.length, stack.future.length]).toEqual(['taken', null, 0, 0])
})

test('[WU4] the stack forgets its oldest steps', () => {
  let stack = emptyStack
  for (let index = 0; index < 300; index++) stack = pushStep(stack, step([], String(index)))
  expect(stack.past.length).toBe(200)
  expect(stack.past.at(-1)?.label).toBe('299')
})

const topic: Filter = { kind: 'is', field: 'topic', values: ['award'], not: false }
const long: Filter = { kind: 'range', field: 'length', min: 20, max: null }

function makeFilters() {
  return createRoot((dispose) => {
    const doc = new Y.Doc()
    const toasts = createToasts(() => undefined)
    const history = createHistory(toasts)
    let ids = 0
    const filters = createFilters(doc, history, () => `f${++ids}`)
    return { doc, toasts, history, filters, dispose }
  })
}

test('[WU5] undo takes back one’s own filter, and redo brings it again', () => {
  const { filters, history, dispose } = makeFilters()
  filters.add(topic)
  expect([...filters.list().values()]).toEqual([topic])
  history.undo()
  expect(filters.list().size).toBe(0)
  history.redo()
  expect([...filters.list().values()]).toEqual([topic])
  dispose()
})

test('[WU6] undo never touches a filter that somebody else has changed since, and says so', () => {
  const { doc, filters, history, toasts, dispose } = makeFilters()
  filters.add(topic)
  writeValue(doc, 'filters', 'f1', long)
  history.undo()
  expect(filters.list().get('f1')).toEqual(long)
  expect(toasts.list().map(({ text }) => text)).toEqual(['Somebody changed this filter since; it stays as it is.'])
  dispose()
})

test('[WU7] a removed filter comes back under its id, unless somebody took the id', () => {
  const { filters, history, dispose } = makeFilters()
  filters.add(topic)
  filters.remove('f1')
  expect(filters.list().size).toBe(0)
  history.undo()
  expect(filters.list().get('f1')).toEqual(topic)
  dispose()
})

test('[WU8] values in the document that are no filters are not shown', () => {
  const { doc, filters, dispose } = makeFilters()
  doc.getMap('filters').set('f9', { kind: 'is', field: 'topic', values: [] })
  doc.getMap('filters').set('__proto__', topic)
  expect(filters.list().size).toBe(0)
  dispose()
})

test('[WU9] a filter is described in words', () => {
  expect(describeFilter(topic)).toBe('topic is award')
  expect(describeFilter({ ...topic, not: true, values: ['a', 'b'] })).toBe('topic is not a or b')
  expect(describeFilter(long)).toBe('length from 20')
  expect(describeFilter({ kind: 'range', field: 'x', min: -1.5, max: 2 })).toBe('x \u22121.5 to 2')
  expect(describeFilter({ kind: 'text', query: 'chemist' })).toBe('text “chemist”')
})
