import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { containers, readAll, readValue, writeValue, type Note } from '#collab/wire/document.ts'
import { identifier, isDocumentName, noteDocument } from '#collab/wire/identifiers.ts'
import { may, type Action } from '#collab/wire/policy.ts'
import { clientPresence, roles } from '#collab/wire/presence.ts'

const note: Note = { title: 'Heads copy', status: 'open', owner: 'ed', ownerName: 'Ed', createdAt: 1, deletedAt: null }

describe('values of a document', () => {
  it('[DV1] what was written is read, as a fresh object', () => {
    const doc = new Y.Doc()
    writeValue(doc, 'notes', 'n1', note)
    expect(readValue(doc, 'notes', 'n1')).toEqual(note)
    expect(readAll(doc, 'notes')).toEqual(new Map([['n1', note]]))
    expect(readValue(doc, 'notes', 'n2')).toBeNull()
  })

  it.each<readonly [string, unknown]>([
    ['a number', 7],
    ['a text', 'x'],
    ['a list', [note]],
    ['nothing', null],
    ['an empty object', {}],
    ['a field too many', { ...note, isAdmin: true }],
    ['a field too few', { ...note, title: undefined }],
    ['a wrong type', { ...note, createdAt: 'today' }],
    ['an endless title', { ...note, title: 'x'.repeat(1_000_000) }],
    ['a time that is none', { ...note, createdAt: Number.NaN }],
    ['an owner that is no id', { ...note, owner: '../ed' }],
    ['bytes', new Uint8Array(3)],
  ])('[DV2] %s is left out, and the rest is read', (_name, value) => {
    const doc = new Y.Doc()
    doc.getMap(containers.notes).set('bad', value)
    writeValue(doc, 'notes', 'good', note)
    expect(readValue(doc, 'notes', 'bad')).toBeNull()
    expect([...readAll(doc, 'notes').keys()]).toEqual(['good'])
  })

  it.each(['__proto__', 'constructor', 'prototype', '', '../x', 'a b', '.hidden', 'x'.repeat(81)])(
    '[DV3] the key %j is left out when reading and refused when writing',
    (key) => {
      const doc = new Y.Doc()
      doc.getMap(containers.notes).set(key, note)
      expect(readAll(doc, 'notes').size).toBe(0)
      expect(() => writeValue(doc, 'notes', key, note)).toThrow(/invalid/i)
    },
  )

  it('[DV4] a value with __proto__ in it changes no prototype and is not read', () => {
    const doc = new Y.Doc()
    const hostile: unknown = JSON.parse(
      `{"title":"t","status":"open","owner":"ed","ownerName":"Ed","createdAt":1,"deletedAt":null,"__proto__":{"isAdmin":true}}`,
    )
    doc.getMap(containers.notes).set('n1', hostile)
    // As another client sees it: lib0 has set the prototype of the value by then.
    const other = new Y.Doc()
    Y.applyUpdate(other, Y.encodeStateAsUpdate(doc))
    for (const reader of [doc, other]) {
      for (const value of readAll(reader, 'notes').values()) {
        expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
        expect((value as unknown as { isAdmin?: boolean }).isAdmin).toBeUndefined()
      }
    }
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })

  it('[DV5] another type in place of a value is left out', () => {
    const doc = new Y.Doc()
    doc.getMap(containers.notes).set('n1', new Y.Map([['title', 'x']]))
    expect(readAll(doc, 'notes').size).toBe(0)
  })

  it('[DV6] ten thousand bad values among good ones are read past in reasonable time', () => {
    const doc = new Y.Doc()
    doc.transact(() => {
      for (let i = 0; i < 10_000; i++) doc.getMap(containers.notes).set(`bad${i}`, { deep: [[[i]]] })
      writeValue(doc, 'notes', 'good', note)
    })
    const start = performance.now()
    expect(readAll(doc, 'notes').size).toBe(1)
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})

describe('names', () => {
  it.each([
    ['shared', true],
    [noteDocument('n1'), true],
    ['notes/', false],
    ['notes/a/b', false],
    ['notes/..', false],
    ['notes/__proto__', false],
    ['Shared', false],
    ['', false],
  ])('[DV7] %j is the name of a document: %s', (name, expected) => {
    expect(isDocumentName(name)).toBe(expected)
  })

  it('[DV8] an id is short, printable and no path', () => {
    for (const good of ['a', 'A-1_b.c', '0', 'x'.repeat(80)]) expect(identifier.safeParse(good).success).toBe(true)
    for (const bad of ['', '-a', '_a', '.a', 'a/b', 'a\\b', 'a\n', 'ä', 'x'.repeat(81)])
      expect(identifier.safeParse(bad).success).toBe(false)
  })
})

describe('presence a client may show', () => {
  it('[DV9] the caret is a relative position and nothing else', () => {
    const body = new Y.Doc().getText('text')
    const anchor: unknown = JSON.parse(JSON.stringify(Y.createRelativePositionFromTypeIndex(body, 0)))
    expect(clientPresence.parse({ cursor: { anchor, head: anchor } })).toEqual({ cursor: { anchor, head: anchor } })
    for (const bad of [{ html: '<b>' }, { tname: {} }, { item: { client: -1, clock: 0 } }, { type: { client: 1 } }]) {
      expect(clientPresence.safeParse({ cursor: { anchor: bad, head: anchor } }).success).toBe(false)
    }
  })

  it('[DV10] what is not in the schema is dropped', () => {
    expect(clientPresence.parse({ pane: 'list', user: { id: 'owen' }, html: 'x' })).toEqual({ pane: 'list' })
  })
})

describe('the policy', () => {
  const allowed: Readonly<Record<Action, string>> = {
    'workspace.read': 'viewer commenter editor owner',
    'workspace.export': 'viewer commenter editor owner',
    'members.read': 'viewer commenter editor owner',
    'presence.show': 'viewer commenter editor owner',
    'run.start': 'commenter editor owner',
    'run.cancel-own': 'commenter editor owner',
    'document.write': 'editor owner',
    'workspace.rename': 'editor owner',
    'run.cancel-any': 'owner',
    'workspace.delete': 'owner',
    'members.set': 'owner',
  }

  it.each(Object.entries(allowed))('[DV11] %s is for %s', (action, who) => {
    // The keys of a record over actions are actions.
    const permitted = roles.filter((role) => may(role, action as Action))
    expect(permitted.join(' ')).toBe(who)
    expect(may(null, action as Action)).toBe(false)
  })
})
