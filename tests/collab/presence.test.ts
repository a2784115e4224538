import { describe, expect, it } from 'vitest'
import { closeCodes } from '#collab/wire/close-codes.ts'
import { messageTypes } from '#collab/wire/messages.ts'
import { presence } from '#collab/wire/presence.ts'
import { untilClosed, untilSynced, type Client } from './support/client.ts'
import { awarenessFrame } from './support/frames.ts'
import { workspace } from './support/guests.ts'
import { pause, until } from './support/shelf.ts'
import { makeStage } from './support/stage.ts'

const { start, open, raw } = makeStage()

/** What `watcher` sees of the presence under a client id. */
const seen = (watcher: Client, client: number): unknown => watcher.awareness.getStates().get(client)

const idOf = ({ awareness }: Client): number => awareness.clientID

describe('presence', () => {
  it('[PR1] the server says who somebody is, whatever their client says', async () => {
    const server = await start()
    const vic = open(server.port, 'vic')
    const ed = open(server.port, 'ed')
    await untilSynced(vic, ed)
    ed.awareness.setLocalState({ pane: 'notes', user: { id: 'owen', name: 'Owen', role: 'owner' }, html: '<b>' })
    await until('it is seen', () => JSON.stringify(seen(vic, idOf(ed)) ?? '').includes('notes'))
    expect(presence.strict().parse(seen(vic, idOf(ed)))).toEqual({
      pane: 'notes',
      user: {
        id: 'ed',
        name: 'ED',
        colour: 3,
        dash: 1,
        role: 'editor',
        color: 'var(--person-3)',
        colorLight: 'color-mix(in srgb, var(--person-3) 25%, transparent)',
      },
    })
  })

  it('[PR2] a presence outside the schema is dropped, and the last good one stays', async () => {
    const server = await start()
    const vic = open(server.port, 'vic')
    const ed = await raw(server.port, 'ed', 7)
    await untilSynced(vic)
    ed.socket.send(awarenessFrame([[7, 1, '{"pane":"list"}']]))
    await until('it is seen', () => seen(vic, 7) !== undefined)
    const bad = [
      '{"pane":"kitchen"}',
      '[1,2]',
      '"x"',
      '{"pane":',
      '{"cursor":{"anchor":{"tname":1},"head":{}}}',
      '{"hover":7}',
    ]
    for (const json of bad) {
      ed.socket.send(awarenessFrame([[7, 2, json]]))
      await pause(40)
    }
    expect(seen(vic, 7)).toMatchObject({ pane: 'list' })
    expect(ed.code).toBeNull()
  })

  it('[PR3] nobody writes or removes the presence of another, with whatever clock', async () => {
    const server = await start()
    const vic = open(server.port, 'vic')
    const eda = open(server.port, 'eda')
    await untilSynced(vic, eda)
    eda.awareness.setLocalState({ pane: 'instance' })
    await until('it is seen', () => seen(vic, idOf(eda)) !== undefined)
    const ed = await raw(server.port, 'ed', 7)
    ed.socket.send(awarenessFrame([[idOf(eda), 2 ** 40, '{"pane":"list"}']]))
    ed.socket.send(awarenessFrame([[idOf(eda), 2 ** 41, 'null']]))
    ed.socket.send(
      awarenessFrame([
        [7, 1, '{"pane":"notes"}'],
        [idOf(eda), 2 ** 42, '{"pane":"list"}'],
      ]),
    )
    await until('its own presence is seen', () => seen(vic, 7) !== undefined)
    expect(seen(vic, idOf(eda))).toMatchObject({ pane: 'instance', user: { id: 'eda' } })
    eda.awareness.setLocalState({ pane: 'notes' })
    await until('the victim still speaks', () => JSON.stringify(seen(vic, idOf(eda))).includes('"pane":"notes"'))
  })

  it('[PR4] a client id that somebody else is using is refused', async () => {
    const server = await start()
    const eda = open(server.port, 'eda')
    await untilSynced(eda)
    const ed = await raw(server.port, 'ed', idOf(eda))
    await untilClosed(ed)
    expect(ed.code).toBe(closeCodes.unreadable)
    expect(eda.provider.wsconnected).toBe(true)
  })

  it('[PR5] somebody who leaves is gone for the others, and seen at once when back', async () => {
    const server = await start()
    const vic = open(server.port, 'vic')
    const ed = open(server.port, 'ed')
    await untilSynced(vic, ed)
    ed.awareness.setLocalState({ pane: 'list' })
    await until('it is seen', () => seen(vic, idOf(ed)) !== undefined)
    ed.provider.disconnect()
    await until('it is gone', () => seen(vic, idOf(ed)) === undefined)
    ed.provider.connect()
    await until('it is back', () => seen(vic, idOf(ed)) !== undefined, 1_000)
    vic.provider.disconnect()
    vic.provider.connect()
    await until('who connects again sees who stayed', () => seen(vic, idOf(ed)) !== undefined, 1_000)
  })

  it('[PR6] a tab whose old connection still hangs takes its place', async () => {
    const server = await start()
    const vic = open(server.port, 'vic')
    await untilSynced(vic)
    const hanging = await raw(server.port, 'ed', 7)
    hanging.socket.send(awarenessFrame([[7, 1, '{"pane":"list"}']]))
    await until('it is seen', () => seen(vic, 7) !== undefined)
    const back = await raw(server.port, 'ed', 7)
    back.socket.send(awarenessFrame([[7, 1, '{"pane":"notes"}']]))
    await untilClosed(hanging)
    await until('the new one counts', () => JSON.stringify(seen(vic, 7) ?? '').includes('notes'))
    await pause(100)
    expect(seen(vic, 7)).toMatchObject({ pane: 'notes' })
    expect(back.code).toBeNull()
  })

  it('[PR7] frames of many go out together: one a tick, however much is said', async () => {
    const server = await start({ limits: { presenceTickMs: 100 } })
    const watcher = await raw(server.port, 'vic', 1)
    const speakers = await Promise.all(
      ['ed', 'eda', 'cora'].map(async (person, i) => await raw(server.port, person, 10 + i)),
    )
    const before = watcher.ofType(messageTypes.awareness).length
    for (let round = 0; round < 50; round++) {
      speakers.forEach((speaker, i) =>
        speaker.socket.send(awarenessFrame([[10 + i, round, `{"idle":${round % 2 === 0}}`]])),
      )
      await pause(10)
    }
    await pause(150)
    const frames = watcher.ofType(messageTypes.awareness).length - before
    expect(frames).toBeGreaterThan(1)
    // 500 ms of sending and 150 of waiting hold at most seven ticks, and timers are late rather than early.
    expect(frames).toBeLessThanOrEqual(7)
  })

  it('[PR8] nobody is sent their own presence, which would undo what they wrote since', async () => {
    const server = await start()
    const ed = await raw(server.port, 'ed', 7)
    const vic = open(server.port, 'vic')
    await untilSynced(vic)
    ed.socket.send(awarenessFrame([[7, 1, '{"pane":"list"}']]))
    await until('the other sees it', () => seen(vic, 7) !== undefined)
    expect(
      ed.ofType(messageTypes.awareness).filter((frame) => frame.includes(7) && Buffer.from(frame).includes('list')),
    ).toEqual([])
  })

  it.each([
    ['50,000 ids in one frame', awarenessFrame(Array.from({ length: 50_000 }, (_, i) => [i, 1, '{}'] as const))],
    ['a presence of 1 MB', awarenessFrame([[7, 1, JSON.stringify({ pane: 'x'.repeat(1 << 20) })]])],
    ['a frame that ends early', awarenessFrame([[7, 1, '{}']]).subarray(0, 5)],
  ])('[PR9] %s ends the connection that sent it and touches nobody else', async (_name, frame) => {
    const server = await start()
    const vic = open(server.port, 'vic')
    await untilSynced(vic)
    const ed = await raw(server.port, 'ed', 7)
    ed.socket.send(frame)
    await untilClosed(ed)
    expect(ed.code).toBe(closeCodes.unreadable)
    expect(vic.provider.wsconnected).toBe(true)
    expect(vic.awareness.getStates().size).toBe(1)
  })

  it('[PR10] a thousand frames a second slow their sender down, and close it when it goes on', async () => {
    const server = await start({ limits: { messageRate: 50, messageBurst: 100, abuseMs: 300 } })
    const vic = open(server.port, 'vic')
    const eda = open(server.port, 'eda', { document: 'shared' })
    await untilSynced(vic, eda)
    const ed = await raw(server.port, 'ed', 7)
    const flood = setInterval(() => {
      for (let i = 0; i < 10; i++) ed.socket.send(awarenessFrame([[7, i, `{"idle":${i % 2 === 0}}`]]))
    }, 10)
    await until('the flood is closed', () => ed.code !== null, 10_000)
    clearInterval(flood)
    expect(ed.code).toBe(closeCodes.abuse)
    eda.doc.getMap('filters').set('f1', { kind: 'text', query: 'x' })
    await until('the others go on', () => vic.doc.getMap('filters').has('f1'), 500)
  })

  it('[PR11] everybody who is there counts once, however many tabs and documents they have open', async () => {
    const server = await start()
    const tabs = [open(server.port, 'ed'), open(server.port, 'ed'), open(server.port, 'ed', { document: 'notes/n1' })]
    await untilSynced(...tabs, open(server.port, 'vic'))
    expect(
      server.collab
        .peopleHere(workspace)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['ed', 'vic'])
    for (const tab of tabs) tab.close()
    await until('one is left', () => server.collab.peopleHere(workspace).length === 1)
    expect(server.collab.peopleHere('elsewhere')).toEqual([])
  })

  it('[PR12] a new name or role shows at once', async () => {
    const server = await start()
    const vic = open(server.port, 'vic')
    const ed = open(server.port, 'ed')
    await untilSynced(vic, ed)
    ed.awareness.setLocalState({ pane: 'list' })
    await until('it is seen', () => seen(vic, idOf(ed)) !== undefined)
    server.guests.names.set('ed', 'Edgar')
    server.guests.roles.set('ed', 'owner')
    await server.collab.revoke(workspace, 'ed')
    await until('it is seen', () => JSON.stringify(seen(vic, idOf(ed))).includes('Edgar'), 1_000)
    expect(seen(vic, idOf(ed))).toMatchObject({ user: { name: 'Edgar', role: 'owner' } })
  })
})
