/** Browsers as far as documents are concerned: y-websocket over `ws`, with the messages of ours that the web handles. */
import type { Socket } from 'node:net'
import type * as decoding from 'lib0/decoding'
import { WebSocket, type RawData } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { DocumentName } from '#collab/wire/identifiers.ts'
import {
  documentPath,
  messageTypes,
  readEpoch,
  readSaved,
  readStatus,
  syncPath,
  syncTypes,
} from '#collab/wire/messages.ts'
import type { DocumentStatus } from '#collab/wire/messages.ts'
import { origin, workspace } from './guests.ts'
import { until } from './shelf.ts'

// Every provider listens to the end of the process.
process.setMaxListeners(0)

export interface Client {
  readonly doc: Y.Doc
  readonly awareness: Awareness
  readonly provider: WebsocketProvider
  readonly person: string
  readonly statuses: DocumentStatus[]
  readonly closes: number[]
  /** Edits of this connection, sent and settled. */
  sent: number
  settled: number
  /** Whether the server has confirmed everything that was done so far. */
  readonly isSaved: boolean
  close(): void
}

export interface ClientOptions {
  readonly document?: DocumentName
  readonly doc?: Y.Doc
  readonly connect?: boolean
  readonly maxBackoffTime?: number
}

export function openClient(port: number, person: string, options: ClientOptions = {}): Client {
  const doc = options.doc ?? new Y.Doc()
  const awareness = new Awareness(doc)
  let hasAnswered = false
  const provider = new WebsocketProvider(
    `ws://127.0.0.1:${port}${syncPath}/${workspace}`,
    options.document ?? 'shared',
    doc,
    {
      awareness,
      connect: false,
      disableBc: true,
      maxBackoffTime: options.maxBackoffTime ?? 100,
      params: { client: String(awareness.clientID) },
      // The constructor takes more than that of browsers; y-websocket gives it what both take.
      WebSocketPolyfill: socketOf(person, (frame) => {
        client.sent++
        if (frame === 'step2') hasAnswered = true
      }) as unknown as typeof globalThis.WebSocket,
    },
  )
  const client: Client = {
    doc,
    awareness,
    provider,
    person,
    statuses: [],
    closes: [],
    sent: 0,
    settled: 0,
    get isSaved() {
      return provider.wsconnected && provider.synced && hasAnswered && client.settled === client.sent
    },
    close() {
      provider.destroy()
      awareness.destroy()
    },
  }
  provider.on('status', ({ status }) => {
    if (status === 'connected') [client.sent, client.settled, hasAnswered] = [0, 0, false]
  })
  provider.on('connection-close', (event) => void (event && client.closes.push(event.code)))
  provider.on('connection-error', () => undefined)
  const on = (type: number, read: (decoder: decoding.Decoder) => void): void => {
    provider.messageHandlers[type] = (_encoder, decoder) => read(decoder)
  }
  on(messageTypes.saved, (decoder) => (client.settled = readSaved(decoder)))
  on(messageTypes.heartbeat, () => undefined)
  on(messageTypes.status, (decoder) => client.statuses.push(readStatus(decoder)))
  on(messageTypes.epoch, (decoder) => (provider.params['epoch'] = readEpoch(decoder)))
  if (options.connect !== false) provider.connect()
  return client
}

function socketOf(person: string, sent: (frame: 'step2' | 'update') => void): new (address: string) => WebSocket {
  return class extends WebSocket {
    constructor(address: string) {
      super(address, { headers: headersOf(person) })
      this.on('error', () => undefined)
    }

    override send(data: Uint8Array): void {
      super.send(data)
      if (data[0] === messageTypes.sync && data[1] !== syncTypes.step1)
        sent(data[1] === syncTypes.step2 ? 'step2' : 'update')
    }
  }
}

export const headersOf = (person: string | null): Record<string, string> => ({
  origin,
  ...(person === null ? {} : { cookie: `session=${person}` }),
})

export async function untilSynced(...clients: readonly Client[]): Promise<void> {
  await until('all are synced', () => clients.every(({ provider }) => provider.synced))
}

export async function untilSaved(...clients: readonly Client[]): Promise<void> {
  await until('all is saved', () => clients.every(({ isSaved }) => isSaved))
}

/** A socket without Yjs behind it, to say what no honest client says. */
export interface RawClient {
  readonly socket: WebSocket
  readonly frames: Uint8Array[]
  /** Code of the close; null while open. */
  code: number | null
  ofType(type: number): Uint8Array[]
}

export async function openRaw(
  port: number,
  person: string | null,
  clientId: number,
  options: RawOptions = {},
): Promise<RawClient> {
  const { document = 'shared', query = `client=${clientId}` } = options
  const socket = new WebSocket(`ws://127.0.0.1:${port}${documentPath(workspace, document)}?${query}`, {
    headers: headersOf(person),
  })
  const client: RawClient = {
    socket,
    frames: [],
    code: null,
    ofType: (type) => client.frames.filter((frame) => frame[0] === type),
  }
  socket.on('error', () => undefined)
  socket.on('message', (data: RawData) => client.frames.push(new Uint8Array(data as Buffer)))
  socket.on('close', (code) => (client.code = code))
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  if (options.settle !== false) {
    await until(
      'the socket is let in or closed',
      () => client.code !== null || client.ofType(messageTypes.epoch).length > 0,
    )
  }
  return client
}

export interface RawOptions {
  readonly document?: DocumentName
  readonly query?: string
  /** false: come back as soon as the socket is open. */
  readonly settle?: boolean
}

/** The TCP socket under a WebSocket of `ws`, to stop reading from it. */
export function tcpOf(socket: unknown): Socket {
  // oxlint-disable-next-line eslint/no-underscore-dangle -- `ws` has no other way to it
  return (socket as { readonly _socket: Socket })._socket
}

export const untilClosed = async (client: RawClient, withinMs?: number): Promise<void> =>
  await until('the socket is closed', () => client.code !== null, withinMs)
