import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { closeCodes } from '#collab/wire/close-codes.ts'
import { messageTypes } from '#collab/wire/messages.ts'
import { Receipts } from '#collab/receipts.ts'
import { untilSaved, untilSynced, type Client } from './support/client.ts'
import { workspace } from './support/guests.ts'
import { pause, until } from './support/shelf.ts'
import { makeStage } from './support/stage.ts'

const { start, open, raw } = makeStage()

const key = `${workspace}/notes/n1`
const text = ({ doc }: Client): string => doc.getText('text').toJSON()

function read(state: Uint8Array | null): string {
  const doc = new Y.Doc()
  if (state !== null) Y.applyUpdate(doc, state)
  return doc.getText('text').toJSON()
}

describe('a journal that fails', () => {
  it('[ST1] keeps edits in memory, tells everybody, confirms nothing, and stores all once it works again', async () => {
    const server = await start({ limits: { retryMs: 20, longestRetryMs: 50 } })
    const ed = open(server.port, 'ed', { document: 'notes/n1' })
    const vic = open(server.port, 'vic', { document: 'notes/n1' })
    await untilSaved(ed, vic)
    server.shelf.isBroken = true
    ed.doc.getText('text').insert(0, 'a ')
    await until('both are told', () => [ed, vic].every(({ statuses }) => statuses.at(-1)?.storage === 'failing'))
    ed.doc.getText('text').insert(2, 'b')
    await until('the other sees it all the same', () => text(vic) === 'a b')
    const late = open(server.port, 'eda', { document: 'notes/n1' })
    await until('who comes later is told too', () => late.statuses.at(-1)?.storage === 'failing')
    expect(ed.isSaved).toBe(false)
    server.shelf.isBroken = false
    await untilSaved(ed)
    await until('both are told', () => [ed, vic].every(({ statuses }) => statuses.at(-1)?.storage === 'ok'))
    expect(server.shelf.rows(key)).toHaveLength(2)
    expect(server.lines.join()).toContain('the shelf is broken')
  })

  it('[ST2] one document that cannot be stored holds up no other', async () => {
    const server = await start({ limits: { retryMs: 3_000, closeMs: 100 } })
    const bad = open(server.port, 'ed', { document: 'notes/n1' })
    const good = open(server.port, 'ed')
    await untilSaved(bad, good)
    server.shelf.brokenDocuments.add(key)
    bad.doc.getText('text').insert(0, 'x')
    await until('it fails', () => bad.statuses.at(-1)?.storage === 'failing')
    const began = Date.now()
    for (let i = 0; i < 5; i++) {
      good.doc.getMap('filters').set(`f${i}`, { kind: 'text', query: 'x' })
      await untilSaved(good)
    }
    expect(Date.now() - began).toBeLessThan(1_500)
    expect(bad.isSaved).toBe(false)
    expect(good.statuses.at(-1)?.storage).toBe('ok')
  })

  it('[ST3] when too much waits to be stored, editors are asked to come again, readers stay, and nothing is lost', async () => {
    const server = await start({ limits: { retryMs: 20, longestRetryMs: 50, unstoredBytes: 20_000 } })
    const ed = open(server.port, 'ed', { document: 'notes/n1' })
    const vic = open(server.port, 'vic', { document: 'notes/n1' })
    await untilSaved(ed, vic)
    server.shelf.isBroken = true
    for (let i = 0; i < 30; i++) {
      ed.doc.getText('text').insert(text(ed).length, 'y'.repeat(1_000))
      await pause(5)
    }
    await until('the editor is asked to come again', () => ed.closes.includes(closeCodes.overloaded))
    expect(vic.closes).toEqual([])
    expect(text(vic).length).toBeLessThan(30_000)
    server.shelf.isBroken = false
    await untilSaved(ed)
    await until('everything arrives', () => text(vic).length === 30_000)
  })

  it('[ST4] an empty document with unstored edits stays in memory until they are stored', async () => {
    const server = await start({ limits: { retryMs: 20, longestRetryMs: 50, lingerMs: 30 } })
    const ed = open(server.port, 'ed', { document: 'notes/n1' })
    await untilSaved(ed)
    server.shelf.isBroken = true
    ed.doc.getText('text').insert(0, 'kept')
    await pause(50)
    ed.close()
    await pause(150)
    server.shelf.isBroken = false
    await until('it is stored', () => server.shelf.rows(key).length > 0 || server.shelf.compactions > 0)
  })
})

describe('what is stored', () => {
  it('[ST5] edits of a moment are stored together', async () => {
    const server = await start({ limits: { commitMs: 100 } })
    const people = ['ed', 'eda', 'owen'].map((person) => open(server.port, person, { document: 'notes/n1' }))
    await untilSaved(...people)
    const before = server.shelf.appends
    for (const { doc } of people) for (let i = 0; i < 10; i++) doc.getText('text').insert(0, 'z')
    await untilSaved(...people)
    expect(server.shelf.rows(key)).toHaveLength(30)
    expect(server.shelf.appends - before).toBeLessThanOrEqual(3)
  })

  it('[ST6] many updates are folded into one state, and those that arrive meanwhile stay', async () => {
    const server = await start({ limits: { compactRows: 20, commitMs: 1 } })
    const ed = open(server.port, 'ed', { document: 'notes/n1' })
    await untilSaved(ed)
    server.shelf.delayMs = 20
    for (let i = 0; i < 100; i++) {
      ed.doc.getText('text').insert(0, String(i % 10))
      await pause(2)
    }
    server.shelf.delayMs = 0
    await untilSaved(ed)
    await until('it was compacted', () => server.shelf.compactions > 0)
    await server.kill()
    const again = await start({ shelf: server.shelf })
    expect(read(await again.collab.encodeState(workspace, 'notes/n1'))).toBe(text(ed))
    expect(server.shelf.rows(key).length).toBeLessThan(100)
  })

  it('[ST7] an update is compacted by size too', async () => {
    const server = await start({ limits: { compactBytes: 10_000 } })
    const ed = open(server.port, 'ed', { document: 'notes/n1' })
    await untilSaved(ed)
    ed.doc.getText('text').insert(0, 'x'.repeat(11_000))
    await until('it is compacted', () => server.shelf.compactions === 1)
    await until('its row is gone', () => server.shelf.rows(key).length === 0)
  })

  it('[ST8] some time after the last one left the document is compacted and leaves memory; who comes then finds all of it', async () => {
    const server = await start({ limits: { lingerMs: 50 } })
    const ed = open(server.port, 'ed', { document: 'notes/n1' })
    await untilSaved(ed)
    ed.doc.getText('text').insert(0, 'here')
    await untilSaved(ed)
    ed.close()
    await until('it is compacted', () => server.shelf.compactions === 1)
    await pause(50)
    server.shelf.loadDelayMs = 100
    const began = Date.now()
    const eda = open(server.port, 'eda', { document: 'notes/n1' })
    await untilSynced(eda)
    // It was loaded anew.
    expect(Date.now() - began).toBeGreaterThanOrEqual(95)
    expect(text(eda)).toBe('here')
  })

  it('[ST9] who comes back while the document is about to leave memory is let in and loses nothing', async () => {
    const server = await start({ limits: { lingerMs: 20 } })
    for (let round = 0; round < 10; round++) {
      const ed = open(server.port, 'ed', { document: 'notes/n1' })
      await untilSaved(ed)
      server.shelf.delayMs = 15
      ed.doc.getText('text').insert(0, String(round))
      await untilSaved(ed)
      ed.close()
      await pause(15 + round * 2)
    }
    const last = open(server.port, 'eda', { document: 'notes/n1' })
    await untilSynced(last)
    expect(text(last)).toBe('9876543210')
  })

  it('[ST10] closing stores what was accepted, confirms it, and tells everybody to come again', async () => {
    const server = await start({ limits: { commitMs: 5_000 } })
    const ed = await raw(server.port, 'ed', 7, { document: 'notes/n1' })
    const author = open(server.port, 'eda', { document: 'notes/n1' })
    await untilSynced(author)
    author.doc.getText('text').insert(0, 'just in time')
    await until('it arrives', () => ed.frames.some((frame) => Buffer.from(frame).includes('just in time')))
    expect(server.shelf.rows(key)).toEqual([])
    const began = Date.now()
    await server.collab.close()
    expect(Date.now() - began).toBeLessThan(2_000)
    expect(read(await loadState(server.shelf))).toBe('just in time')
    await until('they are told', () => ed.code !== null && author.closes.length > 0)
    expect(ed.code).toBe(closeCodes.restart)
    expect(author.closes[0]).toBe(closeCodes.restart)
    expect(author.settled).toBe(author.sent)
  })

  it('[ST11] closing ends in time when the journal does not answer', async () => {
    const server = await start({ limits: { closeMs: 200 } })
    const ed = open(server.port, 'ed', { document: 'notes/n1' })
    await untilSaved(ed)
    server.shelf.delayMs = 60_000
    ed.doc.getText('text').insert(0, 'x')
    await pause(50)
    const began = Date.now()
    await server.collab.close()
    expect(Date.now() - began).toBeLessThan(1_500)
    expect(server.lines.join()).toContain('could not be stored')
  })

  it('[ST12] the state that is handed out holds all that was accepted, stored or not', async () => {
    const server = await start({ limits: { commitMs: 5_000 } })
    const ed = open(server.port, 'ed', { document: 'notes/n1' })
    const vic = open(server.port, 'vic', { document: 'notes/n1' })
    await untilSynced(ed, vic)
    ed.doc.getText('text').insert(0, 'fresh')
    await until('it is accepted', () => text(vic) === 'fresh')
    expect(server.shelf.rows(key)).toEqual([])
    expect(read(await server.collab.encodeState(workspace, 'notes/n1'))).toBe('fresh')
  })

  it('[ST13] a document is made once', async () => {
    const server = await start()
    const again = server.collab.createNote(workspace, 'n1')
    await expect(again).rejects.toMatchObject({
      kind: 'bad-document',
      message: expect.stringContaining('Choose another id'),
    })
    await expect(server.collab.createNote(workspace, '../x')).rejects.toThrow(/invalid/i)
  })

  it('[ST14] a document that cannot be loaded lets nobody in, and is tried again with the next who comes', async () => {
    const server = await start()
    const load = server.shelf.documents.get(key)!
    const sound = load.state
    load.state = new Uint8Array([9, 9, 9])
    const ed = await raw(server.port, 'ed', 7, { document: 'notes/n1' })
    await until('they are asked to come again', () => ed.code === closeCodes.overloaded)
    load.state = sound
    const eda = await raw(server.port, 'eda', 8, { document: 'notes/n1' })
    expect(eda.ofType(messageTypes.epoch)).toHaveLength(1)
  })
})

async function loadState(shelf: {
  readonly documents: ReadonlyMap<string, { state: Uint8Array; rows: readonly { update: Uint8Array }[] }>
}): Promise<Uint8Array> {
  const { state, rows } = shelf.documents.get(key)!
  return Y.mergeUpdates([state, ...rows.map(({ update }) => update)])
}

describe('receipts', () => {
  it('[ST15] the count never skips a frame that still waits', () => {
    const receipts = new Receipts()
    const [first, second, third] = [receipts.open(), receipts.open(), receipts.open()]
    receipts.accept(second, 1)
    expect(receipts.advance(5)).toBe(false)
    receipts.accept(first, 6)
    expect(receipts.advance(5)).toBe(false)
    expect(receipts.advance(6)).toBe(true)
    expect(receipts.settled).toBe(2)
    receipts.accept(third, 2)
    expect(receipts.advance(6)).toBe(true)
    expect([receipts.settled, receipts.open()]).toEqual([3, 4])
  })
})
