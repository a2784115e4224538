/** Servers and clients of one test, all ended after it. */
import { afterEach } from 'vitest'
import { openClient, openRaw, type Client, type RawClient } from './client.ts'
import { openLive, type Live } from './live.ts'
import { startServer, type Running, type Start } from './server.ts'

export interface Stage {
  start(given?: Start): Promise<Running>
  open(...given: Parameters<typeof openClient>): Client
  raw(...given: Parameters<typeof openRaw>): Promise<RawClient>
  live(...given: Parameters<typeof openLive>): Live
}

export function makeStage(): Stage {
  const undo: (() => void | Promise<void>)[] = []
  afterEach(async () => {
    for (const end of undo.splice(0).toReversed()) await end()
  })
  return {
    async start(given) {
      const server = await startServer(given)
      undo.push(async () => await server.close())
      return server
    },
    open(...given) {
      const client = openClient(...given)
      undo.push(() => client.close())
      return client
    },
    async raw(...given) {
      const client = await openRaw(...given)
      undo.push(() => client.socket.terminate())
      return client
    },
    live(...given) {
      const live = openLive(...given)
      undo.push(() => void live.socket.disconnect())
      return live
    },
  }
}
