import { describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Connection } from '#collab/connection.ts'
import { defaultLimits, type Limits } from '#collab/limits.ts'
import { TokenBucket } from '#collab/token-bucket.ts'
import { messageTypes } from '#collab/wire/messages.ts'
import { openClient, tcpOf, untilClosed, untilSynced, type Client } from './support/client.ts'
import { awarenessFrame } from './support/frames.ts'
import { pause, until } from './support/shelf.ts'
import { makeStage } from './support/stage.ts'

const { start, open, raw } = makeStage()

const text = ({ doc }: Client): string => doc.getText('text').toJSON()

describe('readers that do not keep up', () => {
  it(
    '[SL1] one that stops reading holds little memory, is dropped in time, and nobody else notices',
    { timeout: 60_000 },
    async () => {
      const server = await start({ limits: { stalledMs: 1_500, byteRate: 1e9, byteBurst: 1e9 } })
      const ed = open(server.port, 'ed', { document: 'notes/n1' })
      const eda = open(server.port, 'eda', { document: 'notes/n1' })
      const stuck = await raw(server.port, 'vic', 7, { document: 'notes/n1' })
      await untilSynced(ed, eda)
      const accepted = [...server.sockets].find((socket) => socket.remotePort === tcpOf(stuck.socket).localPort)!
      tcpOf(stuck.socket).pause()
      let most = 0
      const began = Date.now()
      // The kernel takes some megabytes before anything waits here.
      for (let i = 0; i < 300 && !accepted.destroyed; i++) {
        const body = ed.doc.getText('text')
        body.insert(0, String(i % 10).repeat(200_000))
        body.delete(200_000, body.length - 200_000)
        await until('the others have it', () => text(eda) === text(ed))
        most = Math.max(most, accepted.writableLength)
      }
      await until('the stuck one is dropped', () => accepted.destroyed, 10_000)
      expect(Date.now() - began).toBeLessThan(10_000)
      // The limit of a megabyte, and the frame that went above it.
      expect(most).toBeLessThan((1 << 20) + 300_000)
      expect(most).toBeGreaterThan(500_000)
      expect(ed.closes).toEqual([])
      expect(eda.closes).toEqual([])
    },
  )

  it(
    '[SL2] one that is only slow gets, once it has read, all that it was spared, and presence again',
    { timeout: 60_000 },
    async () => {
      const server = await start({ limits: { stalledMs: 20_000, backlogBytes: 50_000, byteRate: 1e9, byteBurst: 1e9 } })
      const ed = open(server.port, 'ed', { document: 'notes/n1' })
      const slow = openClient(server.port, 'vic', { document: 'notes/n1' })
      await untilSynced(ed, slow)
      const tcp = tcpOf(slow.provider.ws)
      const accepted = [...server.sockets].find((socket) => socket.remotePort === tcp.localPort)!
      tcp.pause()
      for (let i = 0; i < 120; i++) {
        ed.doc.getText('text').insert(0, 'y'.repeat(100_000))
        ed.doc.getText('text').delete(0, 99_999)
        await pause(2)
      }
      ed.awareness.setLocalState({ pane: 'notes' })
      await until('all is stored', () => ed.isSaved)
      await until('it holds no more than it may', () => accepted.writableLength < 50_000 + 200_000)
      expect(text(slow)).not.toBe(text(ed))
      tcp.resume()
      await until('it has everything', () => text(slow) === text(ed))
      await until('it sees who is there', () => slow.awareness.getStates().has(ed.awareness.clientID))
      expect(slow.closes).toEqual([])
      slow.close()
    },
  )

  it('[SL3] newcomers to a large document are not taken for slow readers', async () => {
    const server = await start({ limits: { backlogBytes: 10_000 } })
    const ed = open(server.port, 'ed', { document: 'notes/n1' })
    await untilSynced(ed)
    ed.doc.getText('text').insert(0, 'z'.repeat(3_000_000))
    await until('it is stored', () => ed.isSaved)
    const newcomers = Array.from({ length: 20 }, () => open(server.port, 'vic', { document: 'notes/n1' }))
    await untilSynced(...newcomers)
    expect(newcomers.every((newcomer) => text(newcomer).length === 3_000_000)).toBe(true)
    expect(newcomers.every(({ closes }) => closes.length === 0)).toBe(true)
  })

  it(
    '[SL4] somebody who asks for everything again and again is slowed down, and does not pile up answers',
    { timeout: 30_000 },
    async () => {
      const server = await start({ limits: { messageBurst: 200, messageRate: 50 } })
      const ed = open(server.port, 'ed', { document: 'notes/n1' })
      await untilSynced(ed)
      ed.doc.getText('text').insert(0, 'z'.repeat(1_000_000))
      await until('it is stored', () => ed.isSaved)
      const greedy = await raw(server.port, 'vic', 7, { document: 'notes/n1' })
      // Not empty, so that the answer is made for this one alone.
      const question = new Uint8Array([messageTypes.sync, 0, 3, 1, 9, 1])
      for (let i = 0; i < 100; i++) {
        greedy.socket.send(question)
        await pause(1)
      }
      await pause(1_000)
      const answers = greedy.frames.filter((frame) => frame.length > 900_000).length
      expect(answers).toBeGreaterThan(2)
      expect(answers).toBeLessThan(40)
    },
  )

  it('[SL5] a peer that is gone without a word is noticed by its silence', async () => {
    const server = await start({ limits: { heartbeatMs: 50, silenceMs: 300 } })
    const gone = await raw(server.port, 'vic', 7)
    const here = await raw(server.port, 'ed', 8)
    // Reads, but answers no ping.
    gone.socket.pong = () => undefined
    const accepted = [...server.sockets].find((socket) => socket.remotePort === tcpOf(gone.socket).localPort)!
    await until('it is dropped', () => accepted.destroyed, 2_000)
    expect(here.code).toBeNull()
    expect(here.ofType(messageTypes.heartbeat).length).toBeGreaterThan(2)
  })

  it('[SL6] a burst above the rate is read more slowly, and all of it', async () => {
    const server = await start({ limits: { messageRate: 200, messageBurst: 20 } })
    const ed = open(server.port, 'ed', { document: 'notes/n1' })
    await until('they are saved', () => ed.isSaved)
    for (let i = 0; i < 220; i++) ed.doc.getText('text').insert(0, 'b')
    await pause(50)
    // One chunk of the network is read at once; what comes after it waits until the debt is paid.
    const began = Date.now()
    for (let i = 0; i < 20; i++) ed.doc.getText('text').insert(0, 'c')
    await until('all is saved', () => ed.isSaved)
    expect(Date.now() - began).toBeGreaterThan(400)
    expect(ed.closes).toEqual([])
  })
})

describe('one connection', () => {
  it('[SL7] frames that came before anybody listened are delivered in order, and none after the end', async () => {
    const pair = await connectPair({})
    pair.peer.send(new Uint8Array([1]))
    pair.peer.send(new Uint8Array([2]))
    await pause(50)
    const frames: number[] = []
    let closed = 0
    pair.connection.listen({
      frame: ([first]) => frames.push(first!),
      closed: () => closed++,
      drained: () => undefined,
    })
    pair.peer.send(new Uint8Array([3]))
    await until('all are there', () => frames.length === 3)
    expect(frames).toEqual([1, 2, 3])
    pair.connection.close(4403, 'enough')
    pair.peer.send(new Uint8Array([4]))
    await until('it is closed', () => closed > 0)
    await pause(50)
    expect([frames.length, closed]).toEqual([3, 1])
    await pair.end()
  })

  it('[SL8] a peer that ignores the closing handshake is dropped', async () => {
    const pair = await connectPair({})
    tcpOf(pair.peer).pause()
    let closed = 0
    pair.connection.listen({ frame: () => undefined, closed: () => closed++, drained: () => undefined })
    pair.connection.close(4403, 'enough')
    await until('it is dropped', () => closed === 1, 3_000)
    await pair.end()
  })
})

describe('a token bucket', () => {
  it('[SL9] lets a burst through, then what its rate earns', () => {
    const bucket = new TokenBucket(10, 5, 0)
    expect(Array.from({ length: 5 }, () => bucket.take(1, 0))).toEqual([0, 0, 0, 0, 0])
    expect(bucket.take(1, 0)).toBe(100)
    expect(bucket.take(1, 200)).toBe(0)
    expect(bucket.take(5, 10_000)).toBe(0)
    expect(bucket.take(3, 10_000)).toBe(300)
    // A clock that jumps back earns nothing and takes nothing away.
    expect(bucket.take(0, 9_000)).toBe(300)
  })
})

async function connectPair(
  limits: Partial<Limits>,
): Promise<{ connection: Connection; peer: WebSocket; end(): Promise<void> }> {
  const http = createServer()
  const sockets = new WebSocketServer({ noServer: true })
  const accepted = new Promise<Connection>((resolve) => {
    http.on('upgrade', (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (webSocket) =>
        // http.Server hands out the net.Socket of the connection.
        resolve(
          new Connection(webSocket, socket as Socket, {
            limits: { ...defaultLimits, ...limits },
            now: () => Date.now(),
          }),
        ),
      ),
    )
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const peer = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`)
  await new Promise((resolve) => peer.once('open', resolve))
  const end = async (): Promise<void> => {
    peer.terminate()
    await new Promise<void>((resolve) => http.close(() => resolve()))
  }
  return { connection: await accepted, peer, end }
}

// The flood of presence is in presence.test.ts; here only that it does not count as edits.
it('[SL10] presence alone is never confirmed', async () => {
  const server = await start()
  const ed = await raw(server.port, 'ed', 7)
  for (let i = 0; i < 5; i++) ed.socket.send(awarenessFrame([[7, i, '{"pane":"list"}']]))
  await pause(100)
  expect(ed.ofType(messageTypes.saved)).toEqual([])
  ed.socket.close()
  await untilClosed(ed)
})
