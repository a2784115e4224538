import type { Socket as TcpSocket } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import { describe, expect, it } from 'vitest'
import { closeCodes, explainClose } from '#collab/wire/close-codes.ts'
import { messageTypes } from '#collab/wire/messages.ts'
import * as Y from 'yjs'
import { headersOf, untilClosed, untilSynced } from './support/client.ts'
import { syncFrame } from './support/frames.ts'
import { origin, workspace } from './support/guests.ts'
import { pause, until } from './support/shelf.ts'
import { makeStage } from './support/stage.ts'

const { start, open, raw, live } = makeStage()

function editOf(client: number): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = client
  doc.getMap('filters').set(`f${client}`, { kind: 'text', query: 'x' })
  return syncFrame('update', Y.encodeStateAsUpdate(doc))
}

describe('who is let in', () => {
  it.each([
    ['nobody', null, {}, closeCodes.signIn],
    ['somebody without access', 'mallory', {}, closeCodes.noAccess],
    ['somebody who asks for a document that is not there', 'ed', { document: 'notes/nope' }, closeCodes.noDocument],
    ['somebody who holds another history', 'ed', { query: 'client=7&epoch=other' }, closeCodes.epochChanged],
    ['somebody without a client id', 'ed', { query: '' }, closeCodes.unreadable],
    ['somebody with a client id of 2^32', 'ed', { query: 'client=4294967296' }, closeCodes.unreadable],
  ] as const)('[RI1] %s is let go with a code that says why', async (_name, person, options, code) => {
    const server = await start()
    const client = await raw(server.port, person, 7, options)
    await untilClosed(client)
    expect(client.code).toBe(code)
    expect(explainClose(code)).not.toBeNull()
    expect(client.ofType(messageTypes.sync)).toEqual([])
    expect(server.collab.peopleHere(workspace)).toEqual([])
  })

  it('[RI2] connecting never makes a document', async () => {
    const server = await start()
    const before = [...server.shelf.documents.keys()]
    await untilClosed(await raw(server.port, 'ed', 7, { document: 'notes/nope' }))
    expect([...server.shelf.documents.keys()]).toEqual(before)
    expect(await server.collab.encodeState(workspace, 'notes/nope')).toBeNull()
  })

  it('[RI3] while nobody can be identified, who comes is asked to come again', async () => {
    const server = await start({ limits: { identifyMs: 100 } })
    server.guests.isBroken = true
    const first = await raw(server.port, 'ed', 7)
    await untilClosed(first)
    expect(first.code).toBe(closeCodes.overloaded)
    expect(explainClose(closeCodes.overloaded)).toBeNull()
    server.guests.isBroken = false
    server.guests.delayMs = 300
    const second = await raw(server.port, 'ed', 7)
    await untilClosed(second)
    expect(second.code).toBe(closeCodes.overloaded)
  })

  it('[RI4] what is sent before the identification waits in the network, and is lost only for who is not let in', async () => {
    const server = await start()
    const sockets: TcpSocket[] = []
    server.server.on('connection', (socket) => sockets.push(socket))
    server.guests.delayMs = 1_500
    const mallory = await raw(server.port, 'mallory', 7, { settle: false })
    const ed = await raw(server.port, 'ed', 8, { settle: false })
    mallory.socket.send(editOf(7))
    for (let i = 0; i < 200; i++) mallory.socket.send(new Uint8Array(100_000))
    ed.socket.send(editOf(8))
    await pause(150)
    // Of twenty megabytes.
    expect(sockets[0]!.bytesRead).toBeLessThan(1_000_000)
    await until('the edit is settled', () => ed.ofType(messageTypes.saved).length > 0)
    await untilClosed(mallory)
    expect(mallory.code).toBe(closeCodes.noAccess)
    expect(server.shelf.rows(`${workspace}/shared`).map(({ actor }) => actor)).toEqual(['ed'])
  })

  it('[RI5] a person has at most so many sockets, and the one too many is told', async () => {
    const server = await start({ limits: { socketsPerPerson: 3 } })
    const tabs = await Promise.all([1, 2, 3].map(async (client) => await raw(server.port, 'ed', client)))
    const fourth = await raw(server.port, 'ed', 4)
    await untilClosed(fourth)
    expect(fourth.code).toBe(closeCodes.tooManyTabs)
    expect(tabs.every(({ code }) => code === null)).toBe(true)
    tabs[0]!.socket.close()
    await untilClosed(tabs[0]!)
    const fifth = await raw(server.port, 'ed', 5)
    expect(fifth.code).toBeNull()
    expect((await raw(server.port, 'eda', 6)).code).toBeNull()
  })

  it('[RI6] only so many wait at the door at once', async () => {
    const server = await start({ limits: { waitingSockets: 2 } })
    server.guests.delayMs = 300
    const callers = await Promise.all(
      [1, 2, 3].map(async (client) => await raw(server.port, 'ed', client, { settle: false })),
    )
    await until('one is sent away', () => callers.some(({ code }) => code === closeCodes.overloaded))
    await until(
      'the others are let in',
      () => callers.filter((caller) => caller.ofType(messageTypes.epoch).length > 0).length === 2,
    )
  })
})

describe('rights that change', () => {
  it('[RI7] who loses access is out of both sockets within a second, and writes nothing more', async () => {
    const server = await start()
    const ed = await raw(server.port, 'ed', 7)
    const socket = live(server.port, 'ed')
    await until('both are there', () => socket.connected)
    server.guests.roles.delete('ed')
    const began = Date.now()
    await server.collab.revoke(workspace, 'ed')
    const rows = server.shelf.rows(`${workspace}/shared`).length
    ed.socket.send(editOf(7))
    await untilClosed(ed)
    await until('the other is closed', () => !socket.connected)
    expect(Date.now() - began).toBeLessThan(1_000)
    expect(ed.code).toBe(closeCodes.noAccess)
    expect(socket.active).toBe(false)
    expect(server.shelf.rows(`${workspace}/shared`)).toHaveLength(rows)
    expect(server.collab.peopleHere(workspace)).toEqual([])
  })

  it('[RI8] who may only read from now on stays, is told, and writes nothing more, what was waiting included', async () => {
    const server = await start()
    const ed = await raw(server.port, 'ed', 7)
    // The second of two edits first: it waits for the first.
    const doc = new Y.Doc()
    doc.clientID = 7
    const updates: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => updates.push(update))
    doc.getMap('filters').set('f1', { kind: 'text', query: 'a' })
    doc.getMap('filters').set('f2', { kind: 'text', query: 'b' })
    ed.socket.send(syncFrame('update', updates[1]!))
    await pause(50)
    server.guests.roles.set('ed', 'viewer')
    await server.collab.revoke(workspace, 'ed')
    ed.socket.send(syncFrame('update', updates[0]!))
    const eda = open(server.port, 'eda')
    await untilSynced(eda)
    eda.doc.getMap('filters').set('f3', { kind: 'text', query: 'c' })
    await until('the other is saved', () => eda.isSaved)
    expect([...eda.doc.getMap('filters').keys()]).toEqual(['f3'])
    expect(ed.code).toBeNull()
    const told = ed.ofType(messageTypes.status).map((frame) => Buffer.from(frame).toString())
    expect(told.at(-1)).toContain('"writable":false')
  })

  it('[RI9] who may write again does so without connecting again', async () => {
    const server = await start()
    const vic = open(server.port, 'vic')
    await untilSynced(vic)
    server.guests.roles.set('vic', 'editor')
    await server.collab.revoke(null, 'vic')
    await until('the reader is told', () => vic.statuses.at(-1)?.writable === true)
    vic.doc.getMap('filters').set('f1', { kind: 'text', query: 'x' })
    await until('it is saved', () => vic.isSaved)
    expect(server.shelf.rows(`${workspace}/shared`)).toHaveLength(1)
  })

  it('[RI10] a role that is lost between being identified and being let in does not slip through', async () => {
    const server = await start()
    server.shelf.loadDelayMs = 200
    const ed = await raw(server.port, 'ed', 7, { settle: false })
    await until('they are identified', () => server.guests.lookups === 1)
    await pause(20)
    server.guests.roles.delete('ed')
    await server.collab.revoke(workspace, 'ed')
    await untilClosed(ed)
    expect(ed.code).toBe(closeCodes.noAccess)
    expect(ed.frames).toEqual([])
  })

  it('[RI11] rights are checked again now and then, in case that nobody says they changed', async () => {
    const server = await start({ limits: { recheckMs: 100 } })
    const ed = await raw(server.port, 'ed', 7)
    const vic = await raw(server.port, 'vic', 8)
    server.guests.roles.delete('ed')
    await untilClosed(ed, 1_000)
    expect(ed.code).toBe(closeCodes.noAccess)
    server.guests.isBroken = true
    await pause(300)
    expect(vic.code).toBeNull()
  })

  it('[RI12] whoever cannot be identified when rights change is asked to come again', async () => {
    const server = await start()
    const ed = await raw(server.port, 'ed', 7)
    server.guests.isBroken = true
    await server.collab.revoke(workspace, null)
    await untilClosed(ed)
    expect(ed.code).toBe(closeCodes.overloaded)
  })

  it('[RI13] a deleted workspace is closed to everybody, with everything stored', async () => {
    const server = await start()
    const ed = open(server.port, 'ed')
    const socket = live(server.port, 'ed')
    await untilSynced(ed)
    await until('the other is there', () => socket.connected)
    server.shelf.delayMs = 100
    ed.doc.getMap('filters').set('f1', { kind: 'text', query: 'x' })
    await pause(50)
    server.guests.roles.clear()
    await server.collab.closeWorkspace(workspace)
    await until('both are closed', () => ed.closes.includes(closeCodes.noDocument) && !socket.connected)
    expect(server.shelf.rows(`${workspace}/shared`)).toHaveLength(1)
    expect(server.collab.peopleHere(workspace)).toEqual([])
  })
})

describe('who is let in by Socket.IO', () => {
  it.each([
    ['nobody', null, { workspace, after: null }, 'signed-out'],
    ['somebody without access', 'mallory', { workspace, after: null }, 'no-access'],
    ['a workspace that is not there', 'ed', { workspace: 'nope', after: null }, 'no-workspace'],
    ['a handshake without a workspace', 'ed', { after: null }, 'bad-handshake'],
    ['a handshake with more than belongs there', 'ed', { workspace, after: null, admin: true }, 'bad-handshake'],
    ['a workspace that is no id', 'ed', { workspace: '../lab', after: null }, 'bad-handshake'],
  ] as const)('[RI14] %s is refused with a reason', async (_name, person, auth, reason) => {
    const server = await start()
    const errors: string[] = []
    const socket: Socket = io(`http://127.0.0.1:${server.port}`, {
      path: '/rt',
      transports: ['websocket'],
      extraHeaders: headersOf(person),
      auth,
      forceNew: true,
    })
    socket.on('connect_error', (error) => errors.push(error.message))
    await until('it is refused', () => errors.length > 0)
    expect(errors).toEqual([reason])
    expect(socket.active).toBe(false)
    socket.disconnect()
    expect(server.collab.peopleHere(workspace)).toEqual([])
  })

  it('[RI15] a foreign page gets in by no transport', async () => {
    const server = await start()
    for (const transports of [['websocket'], ['polling']]) {
      const socket: Socket = io(`http://127.0.0.1:${server.port}`, {
        path: '/rt',
        transports,
        extraHeaders: { ...headersOf('ed'), origin: `${origin}.evil` },
        auth: { workspace, after: null },
        reconnection: false,
        forceNew: true,
      })
      let refused = false
      socket.on('connect_error', () => (refused = true))
      await until('it is refused', () => refused)
      expect(socket.connected).toBe(false)
      socket.disconnect()
    }
  })
})
