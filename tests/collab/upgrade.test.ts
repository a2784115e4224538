import { createServer } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openCollab } from '#collab/index.ts'
import { documentPath } from '#collab/wire/messages.ts'
import { headersOf, openRaw } from './support/client.ts'
import { EventLog, GuestList, workspace } from './support/guests.ts'
import { everybody, type Running } from './support/server.ts'
import { Shelf, until } from './support/shelf.ts'
import { makeStage } from './support/stage.ts'

const { start, open, live } = makeStage()

/** HTTP status with which an upgrade is refused; null when it is not. */
async function statusOf(
  server: Running,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<number | null> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers })
  return await new Promise((resolve) => {
    socket.on('error', () => undefined)
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0)
      response.destroy()
    })
    socket.on('open', () => {
      resolve(null)
      socket.close()
    })
  })
}

const good = `${documentPath(workspace, 'shared')}?client=7`

describe('upgrades', () => {
  it.each([
    '/',
    '/yjs',
    '/yjs/',
    '/yjs/lab',
    '/yjs/lab/',
    '/yjs/lab/other',
    '/yjs/lab/notes/',
    '/yjs/lab/notes/a/b',
    '/yjs/lab/notes/__proto__',
    '/yjs/../lab/shared',
    '/yjs/l%61b/shared',
    '/yjs/lab/shared/',
    '/rtx/',
    '/socket.io/?EIO=4&transport=websocket',
    '/%zz',
  ])('[UP1] %s is answered with 404 at once', async (path) => {
    const server = await start()
    const began = Date.now()
    expect(await statusOf(server, path, headersOf('ed'))).toBe(404)
    expect(Date.now() - began).toBeLessThan(500)
  })

  it.each([good, '/rt/?EIO=4&transport=websocket'])(
    '[UP2] %s is refused to a foreign or missing origin',
    async (path) => {
      const server = await start()
      const { cookie } = headersOf('ed')
      expect(await statusOf(server, path, { cookie: cookie!, origin: 'http://evil.test' })).toBe(403)
      expect(await statusOf(server, path, { cookie: cookie! })).toBe(403)
      expect(await statusOf(server, path, headersOf('ed'))).toBeNull()
    },
  )

  it('[UP3] an identification of a second and a half is waited for', async () => {
    const server = await start()
    server.guests.delayMs = 1_500
    const client = await openRaw(server.port, 'ed', 7)
    expect(client.code).toBeNull()
    client.socket.terminate()
  })

  it('[UP4] the application still answers its own requests', async () => {
    const server = await start()
    const answer = await fetch(`http://127.0.0.1:${server.port}/anything`)
    expect([answer.status, await answer.text()]).toEqual([200, 'page'])
  })

  it('[UP5] a request that is no valid handshake is refused', async () => {
    const server = await start()
    const socket = connect(server.port, '127.0.0.1')
    const lines = [
      'Host: x',
      'Upgrade: websocket',
      'Connection: Upgrade',
      ...Object.entries(headersOf('ed')).map((pair) => pair.join(': ')),
    ]
    socket.write(`GET ${good} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    let answer = ''
    socket.on('data', (data) => (answer += String(data)))
    await until('it is answered', () => answer.startsWith('HTTP/1.1 4'))
    socket.destroy()
  })

  it('[UP6] nobody else may listen to upgrades', () => {
    const { journal } = new Shelf().open()
    const collab = openCollab({
      journal,
      doorkeeper: new GuestList(everybody),
      events: new EventLog(),
      now: () => Date.now(),
      random: () => 0,
      log: () => undefined,
    })
    const server = createServer()
    server.on('upgrade', () => undefined)
    expect(() => collab.attach(server)).toThrow(/internal:/)
    server.close()
  })

  it('[UP7] after closing, whoever comes is told to come again', async () => {
    const server = await start()
    await server.collab.close()
    expect(await statusOf(server, good, headersOf('ed'))).toBe(503)
    expect(await statusOf(server, '/rt/?EIO=4&transport=websocket', headersOf('ed'))).toBe(503)
    expect(
      (await fetch(`http://127.0.0.1:${server.port}/rt/?EIO=4&transport=polling`, { headers: headersOf('ed') })).status,
    ).toBe(403)
  })

  it('[UP8] both kinds of sockets work side by side on one server', async () => {
    const server = await start()
    const ed = open(server.port, 'ed')
    const socket = live(server.port, 'ed')
    await until('both are open', () => ed.provider.synced && socket.connected)
    expect(server.server.listenerCount('upgrade')).toBe(1)
  })
})
