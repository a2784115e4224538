import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { DurableEvent } from '#collab/wire/events.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { fuzz, roundSeeds } from '#tests/support/seeds.ts'
import { tcpOf } from './support/client.ts'
import { workspace } from './support/guests.ts'
import type { Running } from './support/server.ts'
import { pause, until } from './support/shelf.ts'
import { makeStage } from './support/stage.ts'

const { start, live } = makeStage()

const key = 'a'.repeat(64)
const happened = (instance: string): DurableEvent => ({ type: 'outputs-changed', instances: [instance] })

/** Stores an event and announces it, as the server does. */
function announce(server: Running, instance: string): number {
  const event = happened(instance)
  const seq = server.events.add(event)
  server.collab.announcer.durable(workspace, seq, event)
  return seq
}

describe('announcements', () => {
  it('[AN1] who comes with nothing is told where to start, and hears all that follows', async () => {
    const server = await start()
    announce(server, 'before')
    const ed = live(server.port, 'ed')
    await until('they are ready', () => ed.connected)
    expect(ed.ready).toEqual([{ seq: 1, reload: false }])
    announce(server, 'after')
    await until('it is heard', () => ed.events.length === 1)
    expect(ed.events).toEqual([{ seq: 2, event: happened('after') }])
  })

  it('[AN2] who comes back hears what was missed, once and in order', async () => {
    const server = await start()
    for (const instance of ['a', 'b', 'c', 'd']) announce(server, instance)
    const ed = live(server.port, 'ed', { after: 2 })
    await until('they have caught up', () => ed.events.length === 2)
    expect(ed.events.map(({ seq }) => seq)).toEqual([3, 4])
    expect(ed.ready).toEqual([{ seq: 2, reload: false }])
  })

  it('[AN3] who has missed too much is told to fetch everything', async () => {
    const server = await start()
    server.events.forgotten = 1_000
    announce(server, 'x')
    const ed = live(server.port, 'ed', { after: 5 })
    await until('they are ready', () => ed.connected)
    expect(ed.ready).toEqual([{ seq: 1_001, reload: true }])
    announce(server, 'y')
    await until('it is heard', () => ed.events.length === 1)
    expect(ed.events[0]?.seq).toBe(1_002)
  })

  it(
    '[AN4] between what is replayed and what is live there is neither a gap nor a double',
    { timeout: 60_000 },
    async () => {
      const server = await start()
      for (const seed of roundSeeds(fuzz(6, 60))) {
        const random = makeRandom(seed)
        server.events.delayMs = Math.floor(random() * 30)
        const from = server.events.events.length
        const readers = [0, 1, 2].map(() => live(server.port, 'ed', { after: from }))
        for (let i = 0; i < 60; i++) {
          announce(server, `i${i}`)
          if (random() < 0.4) await pause(Math.floor(random() * 4))
          // A broken connection: the client comes back by itself.
          if (random() < 0.06) [...server.sockets][Math.floor(random() * server.sockets.size)]?.destroy()
        }
        const wanted = Array.from({ length: 60 }, (_, i) => from + i + 1)
        await until(`all is heard, seed ${seed}`, () => readers.every(({ events }) => events.length >= 60))
        await pause(30)
        for (const reader of readers)
          expect(
            reader.events.map(({ seq }) => seq),
            `seed ${seed}`,
          ).toEqual(wanted)
        for (const reader of readers) reader.socket.disconnect()
      }
    },
  )

  it('[AN5] progress, partial results and notices reach everybody in the workspace, two in one tick included', async () => {
    const server = await start()
    const ed = live(server.port, 'ed')
    const vic = live(server.port, 'vic', { transports: ['polling'] })
    await until('they are ready', () => ed.connected && vic.connected)
    const { announcer } = server.collab
    announcer.progress(workspace, key, { stage: 'gradients', done: 1, total: 8, rate: null, eta: null })
    announcer.partial(workspace, key, 3, 8, new Uint8Array([1, 2, 3]))
    announcer.notice(workspace, { level: 'warn', text: 'slow' })
    announcer.notice('elsewhere', { level: 'warn', text: 'not for you' })
    for (const reader of [ed, vic]) {
      await until('all is heard', () => reader.progress.length + reader.partial.length + reader.notices.length === 3)
      expect(reader.progress).toEqual([
        { key, progress: { stage: 'gradients', done: 1, total: 8, rate: null, eta: null } },
      ])
      expect(reader.partial).toEqual([new Uint8Array([1, 2, 3])])
      expect(reader.notices).toEqual([{ level: 'warn', text: 'slow' }])
    }
  })

  it('[AN6] a client that does not read costs little: progress passes it by, and it comes back for the events', async () => {
    const server = await start({ limits: { waitingPackets: 50 } })
    const slow = live(server.port, 'vic')
    const quick = live(server.port, 'ed')
    await until('they are ready', () => slow.connected && quick.connected)
    const socketOf = rawSocketOf(slow.socket.io.engine)
    socketOf.pause()
    const bytes = new Uint8Array(1 << 20)
    for (let i = 0; i < 100; i++) {
      server.collab.announcer.partial(workspace, key, i, 100, bytes)
      await pause(5)
    }
    await until('the quick one has most of it', () => quick.partial.length > 50)
    for (let i = 0; i < 200; i++) announce(server, `i${i}`)
    await until('the quick one has all events', () => quick.events.length === 200)
    socketOf.resume()
    await until('the slow one has all events', () => slow.events.length === 200)
    expect(slow.events.map(({ seq }) => seq)).toEqual(quick.events.map(({ seq }) => seq))
    expect(slow.partial.length).toBeLessThan(30)
  })

  it('[AN11] more missed events than may wait for a client are handed over all the same', async () => {
    const server = await start({ limits: { waitingPackets: 50 } })
    for (let i = 0; i < 1_000; i++) server.events.add(happened(`i${i}`))
    const ed = live(server.port, 'ed', { after: 0 })
    await until('all is heard', () => ed.events.length === 1_000)
    expect(ed.events.map(({ seq }) => seq)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1))
    expect(ed.ready).toHaveLength(1)
  })

  it('[AN7] a client that sends an event is disconnected', async () => {
    const server = await start()
    const ed = live(server.port, 'ed')
    await until('they are ready', () => ed.connected)
    // The types allow no event, which is the point.
    ;(ed.socket as unknown as { emit(name: string, value: unknown): void }).emit('durable', { type: 'run-done' })
    await until('they are out', () => !ed.socket.connected)
    expect(ed.socket.active).toBe(false)
  })

  it('[AN8] when events cannot be looked up, the client comes again until they can', async () => {
    const server = await start()
    announce(server, 'missed')
    const since = server.events.since.bind(server.events)
    let failures = 0
    server.events.since = async (...given) => {
      if (failures++ < 2) throw new Error('the table is locked')
      return await since(...given)
    }
    const ed = live(server.port, 'ed', { after: 0 })
    await until('it is heard in the end', () => ed.events.length === 1)
    expect(failures).toBe(3)
    expect(server.lines.join()).toContain('the table is locked')
  })

  it('[AN9] after a restart everybody is back by themselves, and has missed nothing', async () => {
    const server = await start()
    const ed = live(server.port, 'ed')
    await until('they are ready', () => ed.connected)
    announce(server, 'before')
    await until('it is heard', () => ed.events.length === 1)
    await server.close()
    server.events.add(happened('meanwhile'))
    const again = await start({ shelf: server.shelf, events: server.events, port: server.port })
    await until('what happened meanwhile is heard', () => ed.events.length === 2)
    announce(again, 'after')
    await until('what happens then is heard', () => ed.events.length === 3)
    expect(ed.events.map(({ seq }) => seq)).toEqual([1, 2, 3])
  })

  it('[AN10] who only listens counts as present', async () => {
    const server = await start()
    const ed = live(server.port, 'ed')
    await until('they are ready', () => ed.connected)
    expect(server.collab.peopleHere(workspace).map(({ id }) => id)).toEqual(['ed'])
    ed.socket.disconnect()
    await until('they are gone', () => server.collab.peopleHere(workspace).length === 0)
  })
})

/** The TCP socket under a client, to stop reading from it. */
function rawSocketOf(engine: unknown): Socket {
  // engine.io-client keeps the WebSocket in `ws`.
  return tcpOf((engine as { readonly transport: { readonly ws: unknown } }).transport.ws)
}
