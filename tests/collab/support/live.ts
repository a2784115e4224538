/** Browsers as far as announcements are concerned: socket.io-client, with what it was told. */
import { io, type Socket } from 'socket.io-client'
import type { DurableEvent, Notice, Ready, ServerToClient } from '#collab/wire/events.ts'
import { socketPath } from '#collab/wire/events.ts'
import { headersOf } from './client.ts'
import { workspace } from './guests.ts'

export interface Live {
  readonly socket: Socket<ServerToClient, Record<string, never>>
  readonly ready: Ready[]
  readonly events: { readonly seq: number; readonly event: DurableEvent }[]
  readonly progress: unknown[]
  readonly partial: Uint8Array[]
  readonly notices: Notice[]
  readonly connected: boolean
  readonly active: boolean
}

export interface LiveOptions {
  readonly after?: number | null
  readonly transports?: ('websocket' | 'polling')[]
}

export function openLive(port: number, person: string, options: LiveOptions = {}): Live {
  let after = options.after ?? null
  const socket: Live['socket'] = io(`http://127.0.0.1:${port}`, {
    path: socketPath,
    transports: options.transports ?? ['websocket'],
    extraHeaders: headersOf(person),
    reconnectionDelay: 20,
    reconnectionDelayMax: 100,
    forceNew: true,
    auth: (send) => send({ workspace, after }),
  })
  const live: Live = {
    socket,
    ready: [],
    events: [],
    progress: [],
    partial: [],
    notices: [],
    get connected() {
      return socket.connected && live.ready.length > 0
    },
    get active() {
      return socket.active
    },
  }
  socket.on('ready', (ready) => {
    live.ready.push(ready)
    after = ready.seq
  })
  socket.on('durable', (seq, event) => {
    live.events.push({ seq, event })
    after = seq
  })
  socket.on('progress', (event) => live.progress.push(event))
  socket.on('partial', (_event, bytes) => live.partial.push(new Uint8Array(bytes)))
  socket.on('notice', (notice) => live.notices.push(notice))
  return live
}
