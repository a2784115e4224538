import { describe, expect, test } from 'vitest'
import { headLabel, headNames } from '#web/marks/head-name.ts'
import type { Entry } from '#web/views/palette/entries.ts'
import { sectionsFor, withRecent } from '#web/views/palette/entries.ts'
import { matchText, splitRanges } from '#web/views/palette/match.ts'

const entry = (id: string, group: Entry['group'], text: string, note?: string): Entry => ({
  id,
  group,
  text,
  note,
  run: () => undefined,
})

describe('matching', () => {
  test.each([
    ['prune', 'Put all pruned heads back', true],
    ['heads pruned', 'Put all pruned heads back', true],
    ['l2h1', 'cross L2.H1', true],
    ['cross l2.h1', 'cross L2.H1', true],
    ['l2h1', 'cross L12.H1', false],
    ['tll', 'Theme: light', false],
    ['zebra', 'Theme: light', false],
    ['thl', 'Theme: light', true],
  ])('[PL1] "%s" in "%s": %s', (query, text, expected) => {
    expect(matchText(query, text) !== null).toBe(expected)
  })

  test('[PL2] the start of the text counts more than the start of a word, that more than its inside, that more than letters', () => {
    const scores = ['share link', 'join share', 'reshare it', 'some higher art rest edge'].map(
      (text) => matchText('share', text)?.score ?? -1,
    )
    expect(scores).toEqual(scores.toSorted((left, right) => right - left))
    expect(new Set(scores).size).toBe(4)
  })

  test('[PL3] what was found is marked, once where words overlap', () => {
    const match = matchText('prune pru', 'To prune')
    expect(splitRanges('To prune', match?.ranges ?? [])).toEqual([
      { text: 'To ', found: false },
      { text: 'prune', found: true },
    ])
  })
})

describe('sections', () => {
  const entries = [
    entry('key:o', 'Commands', 'Options'),
    entry('share', 'Commands', 'Share'),
    entry('head:cross.2.1', 'Heads', 'cross L2.H1', 'head'),
    entry('note:a', 'Notes', 'Options are copied', 'H1, open, Ada'),
  ]

  test('[PL7] other models are found by name, and not listed before anything is typed', () => {
    const withModels = [...entries, entry('model:quiz-early', 'Models', 'Compare with quiz-early', 'checkpoint')]
    expect(sectionsFor('', withModels, [], []).map(({ group }) => group)).toEqual(['Commands', 'Notes'])
    const [first] = sectionsFor('checkpoint quiz', withModels, [], [])
    expect([first?.group, first?.entries[0]?.entry.text]).toEqual(['Models', 'Compare with quiz-early'])
  })

  test('[PL4] before anything is typed: what was used last, then commands; never the long groups', () => {
    const sections = sectionsFor('', entries, [], ['head:cross.2.1', 'gone'])
    expect(sections.map(({ group, entries: list }) => [group, list.map((listed) => listed.entry.id)])).toEqual([
      ['Recent', ['head:cross.2.1']],
      ['Commands', ['key:o', 'share']],
      ['Notes', ['note:a']],
    ])
  })

  test('[PL5] with a query the group with the best match comes first, and what the server found is kept', () => {
    const found = [entry('instance:x', 'Instances', 'newsroom-test-1', 'an option of ...')]
    const sections = sectionsFor('cross', entries, found, [])
    expect(sections.map(({ group }) => group)).toEqual(['Heads', 'Instances'])
    expect(sectionsFor('opt', entries, [], []).map(({ group }) => group)).toEqual(['Commands', 'Notes'])
  })

  test('[PL6] what is used again comes to the front, and the list stays short', () => {
    expect(withRecent(['a', 'b'], 'b')).toEqual(['b', 'a'])
    expect(
      withRecent(
        Array.from({ length: 12 }, (_, index) => String(index)),
        'new',
      ),
    ).toHaveLength(12)
  })
})

test('[PL7] heads are called by kind, layer and head, counted from 0 or from 1', () => {
  expect(headLabel({ kind: 'cross', layer: 2, head: 1 }, 0)).toBe('cross L2.H1')
  expect(headLabel({ kind: 'cross', layer: 2, head: 1 }, 1)).toBe('cross L3.H2')
  const names = headNames({
    kind: 'encoder-decoder',
    layers: { encoder: 1, decoder: 2 },
    heads: { encoder: 2, decoder: 1 },
  })
  expect(names).toEqual(['encoder.0.0', 'encoder.0.1', 'decoder.0.0', 'decoder.1.0', 'cross.0.0', 'cross.1.0'])
  const alone = headNames({
    kind: 'decoder-only',
    layers: { encoder: 0, decoder: 1 },
    heads: { encoder: 0, decoder: 2 },
  })
  expect(alone).toEqual(['decoder.0.0', 'decoder.0.1'])
})
