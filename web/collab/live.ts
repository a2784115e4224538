/** What the server announces to a workspace: jobs, results, changes. Durable events arrive once and in order. */
import type { Accessor } from 'solid-js'
import { createSignal } from 'solid-js'
import type { Socket } from 'socket.io-client'
import { io } from 'socket.io-client'
import type { DurableEvent, Notice, ProgressEvent, ServerToClient } from '#collab/wire/events.ts'
import { durableEvent, notice, partialEvent, progressEvent, ready, socketPath } from '#collab/wire/events.ts'
import type { Clock } from './throttle.ts'

export interface LiveListener {
  durable(event: DurableEvent): void
  progress(key: string, progress: ProgressEvent): void
  partial(key: string, converged: number, total: number, bytes: Uint8Array): void
  notice(notice: Notice): void
  /** Too much was missed, or this is the first connection: what is shown must be fetched anew. */
  refresh(first: boolean): void
  /** The server does not let this person in. */
  refused(reason: string): void
}

export interface Live {
  readonly connected: Accessor<boolean>
  close(): void
}

const busyWait = 3_000

export function openLive(workspace: string, clock: Clock, listener: LiveListener): Live {
  const [connected, setConnected] = createSignal(false)
  let seen: number | null = null
  const socket: Socket<ServerToClient, Record<string, never>> = io({
    path: socketPath,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelayMax: 10_000,
    randomizationFactor: 0.5,
    auth: (send) => send({ workspace, after: seen }),
  })
  socket.on('disconnect', () => setConnected(false))
  socket.on('connect_error', (error) => {
    setConnected(false)
    if (socket.active) return
    if (error.message === 'busy') clock.after(busyWait, () => socket.connect())
    else listener.refused(error.message)
  })
  socket.on('ready', (value) => {
    const parsed = ready.safeParse(value)
    if (!parsed.success) return
    setConnected(true)
    const first = seen === null
    if (first || parsed.data.reload) seen = parsed.data.seq
    if (first || parsed.data.reload) listener.refresh(first)
  })
  socket.on('durable', (seq, value) => {
    if (seen !== null && seq <= seen) return
    seen = seq
    const parsed = durableEvent.safeParse(value)
    if (parsed.success) listener.durable(parsed.data)
  })
  listenVolatile(socket, listener)
  return { connected, close: () => void socket.disconnect() }
}

function listenVolatile(socket: Socket<ServerToClient, Record<string, never>>, listener: LiveListener): void {
  socket.on('progress', (value) => {
    const parsed = progressEvent.safeParse(value)
    if (parsed.success) listener.progress(parsed.data.key, parsed.data.progress)
  })
  socket.on('partial', (value, bytes) => {
    const parsed = partialEvent.safeParse(value)
    if (!parsed.success || !(bytes instanceof ArrayBuffer)) return
    listener.partial(parsed.data.key, parsed.data.converged, parsed.data.total, new Uint8Array(bytes))
  })
  socket.on('notice', (value) => {
    const parsed = notice.safeParse(value)
    if (parsed.success) listener.notice(parsed.data)
  })
}
