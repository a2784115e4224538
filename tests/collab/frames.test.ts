import { connect, type Socket } from 'node:net'
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { closeCodes } from '#collab/wire/close-codes.ts'
import { documentPath, messageTypes, readStatus } from '#collab/wire/messages.ts'
import { openBytes, readUint } from '#collab/bytes.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { fuzz, roundSeeds } from '#tests/support/seeds.ts'
import { headersOf, openClient, untilClosed, untilSynced } from './support/client.ts'
import { awarenessFrame, bytesOf, syncFrame } from './support/frames.ts'
import { workspace } from './support/guests.ts'
import type { Running } from './support/server.ts'
import { pause, until } from './support/shelf.ts'
import { makeStage } from './support/stage.ts'

const { start, open, raw } = makeStage()

/** Fails unless two honest people can still work together. */
async function expectAlive(server: Running): Promise<void> {
  const ed = openClient(server.port, 'ed')
  const eda = openClient(server.port, 'eda')
  await untilSynced(ed, eda)
  const query = String(Math.random())
  ed.doc.getMap('filters').set('alive', { kind: 'text', query })
  await until('honest people go on', () => JSON.stringify(eda.doc.getMap('filters').get('alive') ?? '').includes(query))
  ed.close()
  eda.close()
}

function honestUpdate(): Uint8Array {
  const doc = new Y.Doc()
  doc.getMap('filters').set('f1', { kind: 'text', query: 'doubt' })
  return Y.encodeStateAsUpdate(doc)
}

describe('frames of the Yjs socket', () => {
  it.each<readonly [string, Uint8Array | string]>([
    ['an empty frame', new Uint8Array()],
    ['a text frame', 'hello'],
    ['an unknown type', bytesOf(77)],
    ['a type of ours', bytesOf(messageTypes.saved, 3)],
    ['auth, which is a cookie here', bytesOf(2, 0, 'x')],
    ['a query for awareness', bytesOf(3)],
    ['a type without an end', new Uint8Array([0x80, 0x80, 0x80])],
    ['an unknown sync type', bytesOf(0, 9, 0)],
    ['a sync message without a payload', bytesOf(0, 2)],
    ['a payload longer than the frame', bytesOf(0, 2, 1_000, new Uint8Array(3))],
    ['a payload of 2^53 bytes', bytesOf(0, 2, Number.MAX_SAFE_INTEGER)],
    ['bytes after the payload', bytesOf(0, 2, 2, new Uint8Array([0, 0]), 1)],
    ['an update of one byte', syncFrame('update', new Uint8Array([1]))],
    ['a state vector that ends early', syncFrame('step1', new Uint8Array([5, 1]))],
    ['a number that is none', new Uint8Array([...Array.from({ length: 200 }, () => 0x80), 0])],
  ])('[FR1] %s closes the connection that sent it, for good, and no other', async (_name, frame) => {
    const server = await start()
    const witness = open(server.port, 'vic')
    await untilSynced(witness)
    const ed = await raw(server.port, 'ed', 7)
    ed.socket.send(frame)
    await untilClosed(ed)
    expect(ed.code).toBe(closeCodes.unreadable)
    expect(witness.closes).toEqual([])
    await expectAlive(server)
  })

  it('[FR2] a frame above our limit is refused for good, and one far above it ends the connection', async () => {
    const server = await start({ limits: { frameBytes: 1 << 20 } })
    const ed = await raw(server.port, 'ed', 7)
    ed.socket.send(new Uint8Array((1 << 20) + 1))
    await untilClosed(ed)
    expect(ed.code).toBe(closeCodes.tooLarge)
    const eda = await raw(server.port, 'eda', 8)
    eda.socket.send(new Uint8Array(17 << 20))
    await untilClosed(eda)
    expect(eda.code).not.toBeNull()
    await expectAlive(server)
  })

  it('[FR3] lengths that reach past a frame never read the memory beside it', async () => {
    const server = await start()
    const ed = await raw(server.port, 'ed', 7)
    // The frame's bytes lie in a larger buffer of the socket; this asks for 200 of them beyond its end.
    ed.socket.send(bytesOf(messageTypes.awareness, 210, 1, 7, 1, 200, new Uint8Array(4)))
    await untilClosed(ed)
    expect(ed.code).toBe(closeCodes.unreadable)
  })

  it('[FR4] no seeded mutation of honest frames ends or hangs the server', { timeout: 120_000 }, async () => {
    const server = await start({ limits: { messageBurst: 1e9, byteBurst: 1e12, socketsPerPerson: 1_000 } })
    const honest = [
      syncFrame('step1', Y.encodeStateVectorFromUpdate(honestUpdate())),
      syncFrame('step2', honestUpdate()),
      syncFrame('update', honestUpdate()),
      awarenessFrame([[7, 1, '{"pane":"list"}']]),
    ]
    const given = fuzz(400, 20_000)
    let ed = await raw(server.port, 'ed', 7)
    let closed = 0
    for (const seed of roundSeeds(given)) {
      const random = makeRandom(seed)
      ed.socket.send(mutate(honest[Math.floor(random() * honest.length)]!, random))
      // A pong comes after everything sent before it was handled.
      await Promise.race([
        new Promise((resolve) => {
          ed.socket.once('pong', resolve)
          ed.socket.ping()
        }),
        new Promise((resolve) => ed.socket.once('close', resolve)),
        pause(1_000).then(() => Promise.reject(new Error(`no answer within a second after seed ${seed}`))),
      ])
      if (ed.socket.readyState === WebSocket.OPEN) continue
      closed++
      await untilClosed(ed)
      expect([closeCodes.unreadable, closeCodes.tooLarge], `seed ${seed}`).toContain(ed.code)
      ed = await raw(server.port, 'ed', 7)
    }
    expect(closed).toBeGreaterThan(given.rounds / 10)
    await expectAlive(server)
  })
})

/** Changes, cuts, doubles or inserts a few bytes. */
function mutate(frame: Uint8Array, random: () => number): Uint8Array {
  const bytes = [...frame]
  for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--) {
    const at = Math.floor(random() * bytes.length)
    const kind = Math.floor(random() * 4)
    if (kind === 0) bytes[at] = Math.floor(random() * 256)
    else if (kind === 1) bytes.splice(at, 1 + Math.floor(random() * 4))
    else if (kind === 2) bytes.splice(at, 0, ...bytes.slice(at, at + 8))
    else bytes.splice(at, 0, Math.floor(random() * 256))
  }
  return new Uint8Array(bytes)
}

/** A connection that has done the handshake and speaks bytes from then on. */
async function openBare(server: Running, path: string): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1')
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: coattend.test',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...Object.entries(headersOf('ed')).map(([name, value]) => `${name}: ${value}`),
  ]
  socket.on('error', () => undefined)
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  await new Promise((resolve) => socket.once('data', resolve))
  return socket
}

const mask = [0, 0, 0, 0]

const brokenWebSocketFrames: readonly (readonly [string, readonly number[]])[] = [
  ['a reserved opcode', [0x83, 0x80, ...mask]],
  ['a frame without a mask', [0x82, 0x01, 0x00]],
  ['a reserved bit', [0xc2, 0x80, ...mask]],
  ['a continuation of nothing', [0x80, 0x80, ...mask]],
  ['a ping in two frames', [0x09, 0x80, ...mask]],
  ['a ping of 126 bytes', [0x89, 0xfe, 0, 126, ...mask, ...Array.from({ length: 126 }, () => 0)]],
  ['a message of 2^53 bytes', [0x82, 0xff, 0, 0x20, 0, 0, 0, 0, 0, 0, ...mask]],
  ['a close with an invalid code', [0x88, 0x82, ...mask, 0, 1]],
  ['text that is not UTF-8', [0x81, 0x82, ...mask, 0xff, 0xff]],
  ['half a header', [0x82]],
]

describe('frames below the messages, on both sockets', () => {
  it.each(brokenWebSocketFrames)('[FR5] %s ends its own connection only', async (_name, frame) => {
    const server = await start()
    const paths = [`${documentPath(workspace, 'shared')}?client=7`, '/rt/?EIO=4&transport=websocket']
    for (const path of paths) {
      const socket = await openBare(server, path)
      const ended = new Promise((resolve) => socket.once('close', resolve))
      socket.end(new Uint8Array(frame))
      await ended
    }
    await expectAlive(server)
  })

  it('[FR6] a peer that resets the connection in the middle of the handshake does no harm', async () => {
    const server = await start()
    server.guests.delayMs = 50
    for (let i = 0; i < 10; i++) {
      const socket = await openBare(server, `${documentPath(workspace, 'shared')}?client=${i}`)
      socket.resetAndDestroy()
    }
    await pause(100)
    server.guests.delayMs = 0
    await expectAlive(server)
    await until('nobody is left behind', () => server.collab.peopleHere(workspace).length === 0)
  })

  it.each([
    '',
    '9',
    '4',
    '44{',
    '451-',
    '42["durable",1]',
    '40{"workspace":',
    '40/admin,{}',
    '40[]',
    '40{"workspace":"lab","after":-1}',
    '2probe',
    'b!!!',
  ])('[FR7] the Socket.IO packet %j ends its own connection only, or is answered with a refusal', async (packet) => {
    const server = await start({ limits: { identifyMs: 300 } })
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rt/?EIO=4&transport=websocket`, {
      headers: headersOf('ed'),
    })
    const received: string[] = []
    socket.on('error', () => undefined)
    socket.on('message', (data) => received.push((data as Buffer).toString()))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await new Promise((resolve) => socket.once('open', resolve))
    socket.send(packet)
    await closed
    expect(received.filter((text) => text.startsWith('40'))).toEqual([])
    await expectAlive(server)
  })

  it('[FR8] a Socket.IO message of more than 256 KB ends its own connection only', async () => {
    const server = await start()
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rt/?EIO=4&transport=websocket`, {
      headers: headersOf('ed'),
    })
    socket.on('error', () => undefined)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await new Promise((resolve) => socket.once('open', resolve))
    socket.send(`40${'x'.repeat(300 << 10)}`)
    await closed
    await expectAlive(server)
  })
})

const byRole = { owen: true, ed: true, cora: false, vic: false } as const

describe('roles', () => {
  it.each(
    Object.entries(byRole).flatMap(([person, writes]) =>
      (['step2', 'update'] as const).map((type) => ({ person, writes, type })),
    ),
  )('[RO1] $type of $person is accepted: $writes', async ({ person, writes, type }) => {
    const server = await start()
    const watcher = open(server.port, 'eda')
    await untilSynced(watcher)
    const client = await raw(server.port, person, 7)
    client.socket.send(syncFrame(type, honestUpdate()))
    await until('it is settled', () => client.ofType(messageTypes.saved).length > 0)
    await pause(50)
    expect(watcher.doc.getMap('filters').has('f1')).toBe(writes)
    expect(server.shelf.rows(`${workspace}/shared`)).toHaveLength(writes ? 1 : 0)
    const statuses = client.ofType(messageTypes.status).map((frame) => {
      const decoder = openBytes(frame)
      readUint(decoder)
      return readStatus(decoder)
    })
    expect(statuses.at(-1)).toEqual({ writable: writes, storage: 'ok', refused: writes ? 0 : 1 })
    expect(client.code).toBeNull()
  })

  it.each(Object.keys(byRole))('[RO2] %s may read, be present, and say what everybody knows', async (person) => {
    const server = await start()
    const eda = open(server.port, 'eda')
    await untilSynced(eda)
    eda.doc.getMap('filters').set('f1', { kind: 'text', query: 'x' })
    eda.doc.getMap('filters').delete('f1')
    eda.doc.getMap('filters').set('f2', { kind: 'text', query: 'y' })
    const client = open(server.port, person)
    await untilSynced(client)
    client.awareness.setLocalState({ pane: 'list' })
    await until('they are seen', () => eda.awareness.getStates().has(client.awareness.clientID))
    await until('their answer is settled', () => client.isSaved)
    expect(client.doc.getMap('filters').has('f2')).toBe(true)
    expect(client.statuses.at(-1)?.refused).toBe(0)
  })

  it('[RO3] a deletion is an edit too', async () => {
    const server = await start()
    const ed = open(server.port, 'ed')
    await untilSynced(ed)
    ed.doc.getMap('filters').set('f1', { kind: 'text', query: 'x' })
    const vic = open(server.port, 'vic')
    await until('the reader has it', () => vic.doc.getMap('filters').has('f1'))
    vic.doc.getMap('filters').delete('f1')
    await until('the reader is told', () => vic.statuses.at(-1)?.refused === 1)
    expect(ed.doc.getMap('filters').has('f1')).toBe(true)
  })
})
