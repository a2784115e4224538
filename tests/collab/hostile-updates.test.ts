import * as encoding from 'lib0/encoding'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { inspectStateVector, inspectUpdate } from '#collab/inspection.ts'
import { layoutOf } from '#collab/layout.ts'
import { SharedState } from '#collab/shared-state.ts'
import { closeCodes } from '#collab/wire/close-codes.ts'
import { messageTypes } from '#collab/wire/messages.ts'
import { Trials } from '#collab/trials.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { fuzz, roundSeeds } from '#tests/support/seeds.ts'
import { untilClosed, untilSynced, type Client } from './support/client.ts'
import { bytesOf, syncFrame } from './support/frames.ts'
import { workspace } from './support/guests.ts'
import { pause, until } from './support/shelf.ts'
import { makeStage } from './support/stage.ts'

const { start, open, raw } = makeStage()

const shared = layoutOf('shared')
const note = layoutOf('notes/n1')

/** First byte of a struct. */
const text = 4
const json = 8
const deleted = 1
const left = 0x80
const right = 0x40
const key = 0x20

/** One client's structs, then no deletions. */
const structs = (client: number, clock: number, ...list: readonly Uint8Array[]): Uint8Array =>
  bytesOf(1, list.length, client, clock, ...list, 0)

/** Only deletions. */
const deletions = (client: number, ...ranges: readonly (readonly [number, number])[]): Uint8Array =>
  bytesOf(0, 1, client, ranges.length, ...ranges.flat())

const info = (value: number): Uint8Array => new Uint8Array([value])

/** A value under filters/f1. */
const valueAt = (value: Uint8Array): Uint8Array => bytesOf(info(json | key), 1, 'filters', 'f1', 1, value)

const nested = (depth: number): Uint8Array =>
  new Uint8Array([...Array.from({ length: depth }, () => [117, 1]).flat(), 126])

const textOf = ({ doc }: Client): string => doc.getText('text').toJSON()

describe('reading updates', () => {
  it.each<readonly [string, Uint8Array]>([
    ['a container that is not there', structs(1, 0, bytesOf(info(json | key), 1, 'secrets', 'f1', 1, info(126)))],
    ['__proto__ as a container', structs(1, 0, bytesOf(info(json | key), 1, '__proto__', 'f1', 1, info(126)))],
    ['__proto__ as a key', structs(1, 0, bytesOf(info(json | key), 1, 'filters', '__proto__', 1, info(126)))],
    ['a key that is no id', structs(1, 0, bytesOf(info(json | key), 1, 'filters', '../x', 1, info(126)))],
    ['a list in a map', structs(1, 0, bytesOf(info(json), 1, 'filters', 1, info(126)))],
    ['a value inside a value', structs(1, 0, bytesOf(info(json | key), 0, 1, 0, 'f1', 1, info(126)))],
    ['a nested type', structs(1, 0, bytesOf(info(7 | key), 1, 'filters', 'f1', 1))],
    ['a text in a map', structs(1, 0, bytesOf(info(text | key), 1, 'filters', 'f1', 'x'))],
    ['bytes as a value', structs(1, 0, valueAt(bytesOf(info(116), 1, info(0))))],
    ['a bigint as a value', structs(1, 0, valueAt(new Uint8Array([122, 0, 0, 0, 0, 0, 0, 0, 0])))],
    ['an unknown kind of value', structs(1, 0, valueAt(info(60)))],
    ['a value nested 17 deep', structs(1, 0, valueAt(nested(17)))],
    ['a value nested a million deep', structs(1, 0, valueAt(nested(1_000_000)))],
    ['__proto__ inside a value', structs(1, 0, valueAt(bytesOf(info(118), 1, '__proto__', info(118), 0)))],
    ['a value of 70 KB', structs(1, 0, valueAt(bytesOf(info(119), 'x'.repeat(70_000))))],
    [
      'several values under one key',
      structs(1, 0, bytesOf(info(json | key), 1, 'filters', 'f1', 2, info(126), info(126))),
    ],
    ['a list that claims 2^50 entries', structs(1, 0, valueAt(bytesOf(info(117), 2 ** 50)))],
    ['structs of 2^40 clients', bytesOf(2 ** 40)],
    ['2^40 structs', bytesOf(1, 2 ** 40, 1, 0)],
    ['a client id above 32 bits', structs(2 ** 32, 0, bytesOf(info(deleted | key), 1, 'filters', 'f1', 1))],
    ['a clock range of 2^40 in a few bytes', structs(1, 0, bytesOf(info(deleted | key), 1, 'filters', 'f1', 2 ** 40))],
    ['a clock range of nothing', structs(1, 0, bytesOf(info(deleted | key), 1, 'filters', 'f1', 0))],
    ['a garbage-collected range', structs(1, 0, bytesOf(info(0), 1_000))],
    ['a gap', structs(1, 0, bytesOf(info(10), 1_000))],
    ['a struct beside its own successor', structs(1, 0, bytesOf(info(json | left), 1, 5, 1, info(126)))],
    ['one client twice', bytesOf(2, ...[0, 1].flatMap((clock) => [1, 1, clock, info(deleted | left), 9, 9, 1]), 0)],
    ['deletions that overlap', deletions(1, [0, 5], [3, 5])],
    ['deletions out of order', deletions(1, [8, 2], [3, 2])],
    ['a deletion of nothing', deletions(1, [3, 0])],
    ['a deletion beyond every clock', deletions(1, [Number.MAX_SAFE_INTEGER, 5])],
    ['bytes after the end', bytesOf(0, 0, 0)],
    ['nothing', new Uint8Array()],
  ])('[HU1] %s is refused before Yjs sees it', (_name, update) => {
    expect(() => inspectUpdate(update, shared)).toThrow(expect.objectContaining({ kind: 'unreadable' }))
  })

  it.each<readonly [string, Uint8Array]>([
    ['a formatting mark', structs(1, 0, bytesOf(info(6), 1, 'text', 'bold', 'true'))],
    ['an embedded picture', structs(1, 0, bytesOf(info(5), 1, 'text', '{}'))],
    ['a key', structs(1, 0, bytesOf(info(text | key), 1, 'text', 'k', 'x'))],
    ['an empty text', structs(1, 0, bytesOf(info(text), 1, 'text', ''))],
    ['text that is not UTF-8', structs(1, 0, bytesOf(info(text), 1, 'text', 2, new Uint8Array([0xff, 0xfe])))],
    ['another text', structs(1, 0, bytesOf(info(text), 1, 'title', 'x'))],
  ])('[HU2] %s is refused in a note', (_name, update) => {
    expect(() => inspectUpdate(update, note)).toThrow(expect.objectContaining({ kind: 'unreadable' }))
  })

  it('[HU3] whatever honest documents hold is read, with the clocks that Yjs says they have', () => {
    for (const seed of roundSeeds(fuzz(30, 500))) {
      const random = makeRandom(seed)
      const docs = [new Y.Doc(), new Y.Doc()]
      for (let step = 0; step < 60; step++) {
        const doc = docs[Math.floor(random() * 2)]!
        const body = doc.getText('text')
        if (random() < 0.6)
          body.insert(Math.floor(random() * (body.length + 1)), ['a', 'word ', '😀', 'é\n'][Math.floor(random() * 4)]!)
        else if (body.length > 2) body.delete(Math.floor(random() * (body.length - 1)), 1)
        if (random() < 0.1)
          for (const [i, other] of docs.entries()) Y.applyUpdate(other, Y.encodeStateAsUpdate(docs[1 - i]!))
      }
      for (const doc of docs) {
        const { ranges } = inspectUpdate(Y.encodeStateAsUpdate(doc), note)
        const reached = new Map([...ranges].map(([client, { to }]) => [client, to]))
        expect(reached, `seed ${seed}`).toEqual(Y.decodeStateVector(Y.encodeStateVector(doc)))
      }
    }
  })

  it('[HU4] no seeded mutation of an update that is let through makes Yjs throw, hang, or keep something back', () => {
    let passed = 0
    const given = fuzz(2_000, 100_000)
    const doc = new Y.Doc()
    const map = doc.getMap('evidence')
    for (let i = 0; i < 6; i++)
      map.set(`e${i % 4}`, { quote: 'che', value: i / 3, note: 'n1', tags: ['a', null, true] })
    map.delete('e1')
    const honest = Y.encodeStateAsUpdate(doc)
    for (const seed of roundSeeds(given)) {
      const random = makeRandom(seed)
      const bytes = new Uint8Array(honest)
      for (let changes = 1 + Math.floor(random() * 2); changes > 0; changes--) {
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
      }
      const state = new SharedState(shared, 1 << 20)
      const start = performance.now()
      try {
        const inspection = state.inspect(bytes)
        if (!state.isReady(inspection, () => false)) continue
        state.apply(bytes, null)
        passed++
      } catch (error) {
        expect(error, `seed ${seed}`).toMatchObject({ name: 'CollabError' })
      }
      expect(performance.now() - start, `seed ${seed}`).toBeLessThan(1_000)
    }
    expect(passed).toBeGreaterThan(given.rounds / 20)
  })

  it('[HU5] a state vector is read to its end, and nothing else is', () => {
    const doc = new Y.Doc()
    doc.getText('text').insert(0, 'abc')
    expect(inspectStateVector(Y.encodeStateVector(doc))).toEqual(new Map([[doc.clientID, 3]]))
    for (const bytes of [bytesOf(), bytesOf(2, 1, 1), bytesOf(1, 1, 1, 1), bytesOf(2 ** 50)]) {
      expect(() => inspectStateVector(bytes)).toThrow(expect.objectContaining({ kind: 'unreadable' }))
    }
  })
})

describe('updates that would harm others', () => {
  it('[HU6] nobody takes the clocks of somebody who is there: their later edits arrive', async () => {
    const server = await start({ limits: { pendingMs: 200 } })
    const eda = open(server.port, 'eda', { document: 'notes/n1' })
    const watcher = open(server.port, 'vic', { document: 'notes/n1' })
    await until('all have answered', () => eda.isSaved && watcher.isSaved)
    const ed = await raw(server.port, 'ed', 7, { document: 'notes/n1' })
    ed.socket.send(syncFrame('update', structs(eda.doc.clientID, 0, bytesOf(info(deleted), 1, 'text', 100_000))))
    await pause(50)
    eda.doc.getText('text').insert(0, 'still here')
    await until('the victim is heard', () => textOf(watcher) === 'still here')
    await untilClosed(ed)
    expect(ed.code).toBe(closeCodes.unreadable)
    expect(eda.closes).toEqual([])
  })

  it('[HU15] who comes back and finds edits under their client id that they never made is told, not silently ignored', async () => {
    const server = await start()
    const eda = open(server.port, 'eda', { document: 'notes/n1' })
    await until('they are saved', () => eda.isSaved)
    eda.provider.disconnect()
    const ed = await raw(server.port, 'ed', 7, { document: 'notes/n1' })
    ed.socket.send(syncFrame('update', structs(eda.doc.clientID, 0, bytesOf(info(deleted), 1, 'text', 100_000))))
    await until('it is taken in', () => ed.ofType(messageTypes.saved).length > 0)
    eda.doc.getText('text').insert(0, 'written offline')
    eda.provider.connect()
    await until('they are told', () => eda.closes.includes(closeCodes.unreadable))
    expect(textOf(eda)).toBe('written offline')
  })

  it('[HU7] what builds on nothing is kept for a while with its sender, and never stored or passed on', async () => {
    const server = await start({ limits: { pendingMs: 300 } })
    const witness = await raw(server.port, 'vic', 8, { document: 'notes/n1' })
    const ed = await raw(server.port, 'ed', 7, { document: 'notes/n1' })
    const before = witness.frames.length
    ed.socket.send(syncFrame('update', structs(7, 50, bytesOf(info(text), 1, 'text', 'orphan'.repeat(1_000)))))
    ed.socket.send(syncFrame('update', structs(9, 0, bytesOf(info(text | left), 1234, 5, 'orphan'))))
    ed.socket.send(syncFrame('update', deletions(4321, [0, 10])))
    await pause(100)
    expect(ed.code).toBeNull()
    expect(ed.ofType(messageTypes.saved)).toEqual([])
    await untilClosed(ed)
    expect(ed.code).toBe(closeCodes.unreadable)
    expect(witness.frames).toHaveLength(before)
    expect(server.shelf.rows(`${workspace}/notes/n1`)).toEqual([])
    expect((await server.collab.encodeState(workspace, 'notes/n1'))!.length).toBeLessThan(10)
  })

  it('[HU8] more than a few megabytes of such updates end the connection at once', async () => {
    const server = await start({ limits: { pendingBytes: 100_000 } })
    const ed = await raw(server.port, 'ed', 7, { document: 'notes/n1' })
    for (let i = 0; i < 3; i++) {
      ed.socket.send(syncFrame('update', structs(7, 50 + i, bytesOf(info(text), 1, 'text', 'x'.repeat(50_000)))))
    }
    await untilClosed(ed)
    expect(ed.code).toBe(closeCodes.tooLarge)
  })

  it('[HU9] structs that wait for each other are found out', async () => {
    const server = await start()
    const ed = await raw(server.port, 'ed', 7, { document: 'notes/n1' })
    const circle = bytesOf(2, 1, 11, 0, info(text | left), 10, 0, 'a', 1, 10, 0, info(text | left), 11, 0, 'b', 0)
    ed.socket.send(syncFrame('update', circle))
    await untilClosed(ed)
    expect(ed.code).toBe(closeCodes.unreadable)
    expect((await server.collab.encodeState(workspace, 'notes/n1'))!.length).toBeLessThan(10)
  })

  it(
    '[HU10] an update that would keep everybody waiting is stopped elsewhere, and refused',
    { timeout: 40_000 },
    async () => {
      const server = await start()
      const many = 8_000
      await server.collab.replace(workspace, 'notes/n1', interleaved(many))
      const eda = open(server.port, 'eda', { document: 'notes/n1' })
      await untilSynced(eda)
      const ed = await raw(server.port, 'ed', 7, { document: 'notes/n1' })
      const began = performance.now()
      let longest = 0
      let last = began
      const pulse = setInterval(() => {
        longest = Math.max(longest, performance.now() - last)
        last = performance.now()
      }, 10)
      ed.socket.send(syncFrame('update', quadratic(many, 4_000)))
      await untilClosed(ed, 30_000)
      clearInterval(pulse)
      expect(ed.code).toBe(closeCodes.tooLarge)
      // Applied here it would take more than ten seconds.
      expect(longest).toBeLessThan(3_000)
      eda.doc.getText('text').insert(0, 'on we go')
      await until('the others go on', () => eda.isSaved)
    },
  )

  it('[HU11] an honest update of many parts is tried out and then accepted', { timeout: 30_000 }, async () => {
    const server = await start()
    const ed = open(server.port, 'ed', { document: 'notes/n1', connect: false })
    const body = ed.doc.getText('text')
    for (let i = 0; i < 3_000; i++) {
      body.insert(body.length, 'word ')
      body.delete(body.length - 1, 1)
    }
    expect(inspectUpdate(Y.encodeStateAsUpdate(ed.doc), note).structs).toBeGreaterThan(2_000)
    ed.provider.connect()
    await untilSynced(ed)
    body.insert(0, 'and one that builds on them. ')
    await until('all is saved', () => ed.isSaved, 10_000)
    const copy = new Y.Doc()
    Y.applyUpdate(copy, (await server.collab.encodeState(workspace, 'notes/n1'))!)
    expect(copy.getText('text').toJSON()).toBe(body.toJSON())
  })

  it('[HU12] a document grows to its limit and no further, and can still be emptied then', async () => {
    const server = await start({ limits: { documentBytes: 50_000 } })
    const ed = open(server.port, 'ed', { document: 'notes/n1' })
    await untilSynced(ed)
    ed.doc.getText('text').insert(0, 'x'.repeat(49_900))
    await until('it is saved', () => ed.isSaved)
    const eda = await raw(server.port, 'eda', 7, { document: 'notes/n1' })
    eda.socket.send(syncFrame('update', structs(7, 0, bytesOf(info(text), 1, 'text', 'y'.repeat(500)))))
    await untilClosed(eda)
    expect(eda.code).toBe(closeCodes.tooLarge)
    ed.doc.getText('text').delete(0, 49_900)
    await until('the deletion is saved', () => ed.isSaved)
    ed.doc.getText('text').insert(0, 'z'.repeat(500))
    await until('there is room again', () => ed.isSaved)
  })

  it('[HU13] one update brings at most a few hundred new clients', async () => {
    const server = await start()
    const ed = await raw(server.port, 'ed', 7, { document: 'notes/n1' })
    const clients = Array.from({ length: 300 }, (_, i) => bytesOf(1, 5_000 - i, 0, info(text), 1, 'text', 'x'))
    ed.socket.send(syncFrame('update', bytesOf(clients.length, ...clients, 0)))
    await untilClosed(ed)
    expect(ed.code).toBe(closeCodes.tooLarge)
  })

  it('[HU14] a state that takes for ever to load is refused when it is handed in', { timeout: 40_000 }, async () => {
    const many = 12_000
    const doc = encoding.encode((encoder) => {
      const base = interleaved(many)
      const attack = quadratic(many, 6_000)
      // Both have their clients first and no deletions: one update of three clients.
      encoding.writeVarUint(encoder, 3)
      encoding.writeUint8Array(encoder, base.subarray(1, -1))
      encoding.writeUint8Array(encoder, attack.subarray(1, -1))
      encoding.writeVarUint(encoder, 0)
    })
    await expect(new Trials().checkState(doc, note, 16 << 20)).rejects.toMatchObject({ kind: 'bad-document' })
  })
})

/** A text of two clients who alternate, so that no two characters merge. */
function interleaved(many: number): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 2)
    for (const who of [1, 0]) {
      const count = Math.ceil((many - who) / 2)
      for (const value of [count, 1_000 + who, 0]) encoding.writeVarUint(encoder, value)
      for (let k = 0; k < count; k++) {
        if (k === 0 && who === 0) encoding.writeUint8Array(encoder, bytesOf(info(text), 1, 'text', 'a'))
        else encoding.writeUint8Array(encoder, bytesOf(info(text | left), 1_001 - who, who === 1 ? k : k - 1, 'a'))
      }
    }
    encoding.writeVarUint(encoder, 0)
  })
}

/** Characters at the start that each name another right neighbour far away, so that Yjs walks there. */
function quadratic(many: number, count: number): Uint8Array {
  const parts = Array.from({ length: count }, (_, i) => {
    const at = many - 1 - i
    return bytesOf(info(text | right), 1_000 + (at % 2), Math.floor(at / 2), 'b')
  })
  return structs(1, 0, ...parts)
}
