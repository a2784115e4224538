/** One Y.Doc and its connection: what is confirmed as saved, what waits, and why it ended. */
import type { Accessor } from 'solid-js'
import { createSignal } from 'solid-js'
import type * as decoding from 'lib0/decoding'
import { WebsocketProvider } from 'y-websocket'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { closeCodes, explainClose } from '#collab/wire/close-codes.ts'
import type { DocumentName } from '#collab/wire/identifiers.ts'
import type { DocumentStatus as ServerStatus } from '#collab/wire/messages.ts'
import { messageTypes, readEpoch, readSaved, readStatus, syncPath } from '#collab/wire/messages.ts'
import type { EditFrame } from './counted-socket.ts'
import { makeCountedSocket } from './counted-socket.ts'
import { speakForSelfAlone } from './own-presence.ts'
import type { DocumentStatus } from './save-state.ts'
import { newDocumentStatus } from './save-state.ts'
import type { Clock } from './throttle.ts'

export interface DocumentDeps {
  /** `ws://host` or `wss://host`. */
  readonly origin: string
  readonly Socket: typeof WebSocket
  readonly clock: Clock
  /** Uniform in [0, 1): spreads the retries of many browsers. */
  random(): number
}

export interface SharedDocument {
  readonly doc: Y.Doc
  readonly awareness: Awareness
  readonly status: Accessor<DocumentStatus>
  /** What the server says of this connection; null before it has said anything. */
  readonly server: Accessor<ServerStatus | null>
  close(): void
}

/** Opens a document. It connects, and connects again, by itself until `close()` or a final refusal. */
export function openSharedDocument(deps: DocumentDeps, workspace: string, name: DocumentName): SharedDocument {
  const doc = new Y.Doc()
  const awareness = new Awareness(doc)
  const [status, setStatus] = createSignal(newDocumentStatus)
  const [server, setServer] = createSignal<ServerStatus | null>(null)
  const change = (part: Partial<DocumentStatus>): void => void setStatus((before) => ({ ...before, ...part }))
  const ledger = makeLedger(deps.clock, change)
  const provider = new WebsocketProvider(`${deps.origin}${syncPath}/${workspace}`, name, doc, {
    awareness,
    connect: false,
    // Between two tabs of one browser edits would bypass the server's roles.
    disableBc: true,
    // Many browsers that lose one server must not all come back at the same moment.
    maxBackoffTime: 5_000 + deps.random() * 10_000,
    params: { client: String(doc.clientID) },
    WebSocketPolyfill: makeCountedSocket(deps.Socket, ledger.sent),
  })
  speakForSelfAlone(provider)
  handleMessages(provider, ledger, setServer, change)
  provider.on('status', ({ status: next }) => {
    if (next === 'connected') ledger.opened()
    change({ connected: next === 'connected' })
  })
  provider.on('connection-close', () => ledger.closed())
  provider.on('sync', (synced: boolean) => change({ synced }))
  provider.on('closed', ({ code }) =>
    change({ connected: false, ended: explainClose(code) ?? 'The connection ended. Reload to go on.' }),
  )
  doc.on('update', (_update: Uint8Array, origin: unknown) => {
    if (origin !== provider && !provider.wsconnected) ledger.kept()
  })
  provider.connect()
  return { doc, awareness, status, server, close: () => closeAll(provider, awareness, doc) }
}

function closeAll(provider: WebsocketProvider, awareness: Awareness, doc: Y.Doc): void {
  provider.destroy()
  awareness.destroy()
  doc.destroy()
}

/** Registers what our server says beyond y-protocols. */
function handleMessages(
  provider: WebsocketProvider,
  ledger: Ledger,
  setServer: (status: ServerStatus) => void,
  change: (part: Partial<DocumentStatus>) => void,
): void {
  const on = (type: number, read: (decoder: decoding.Decoder) => void): void => {
    provider.messageHandlers[type] = (_encoder, decoder) => read(decoder)
  }
  on(messageTypes.saved, (decoder) => ledger.settled(readSaved(decoder)))
  on(messageTypes.heartbeat, () => undefined)
  on(messageTypes.status, (decoder) => setServer(readStatus(decoder)))
  on(messageTypes.epoch, (decoder) => {
    const epoch = readEpoch(decoder)
    const held = provider.params['epoch']
    if (held !== undefined && held !== epoch) {
      // Merging two histories would double every text; nothing more is exchanged.
      provider.disconnect()
      change({ ended: explainClose(closeCodes.epochChanged) })
    }
    provider.params['epoch'] = epoch
  })
}

export interface Ledger {
  opened(): void
  sent(frame: EditFrame): void
  settled(count: number): void
  kept(): void
  closed(): void
}

/** Counts edits: those given to the connection, those the server has settled, and those that wait for a connection. */
export function makeLedger(clock: Clock, change: (part: Partial<DocumentStatus>) => void): Ledger {
  let sent = 0
  let settled = 0
  let kept = 0
  return {
    opened() {
      sent = 0
      settled = 0
    },
    sent(frame) {
      sent++
      // Sync step 2 carries everything that the server lacks, so nothing waits any more.
      if (frame === 'step2') kept = 0
      change({ unconfirmed: sent - settled, kept })
    },
    settled(count) {
      settled = Math.min(sent, count)
      change({ unconfirmed: sent - settled, ...(settled === sent ? { savedAt: clock.now() } : {}) })
    },
    kept() {
      kept++
      change({ kept })
    },
    closed() {
      // What was sent but not confirmed is still in the document and goes out again.
      kept += sent - settled
      sent = 0
      settled = 0
      change({ unconfirmed: 0, kept, connected: false, synced: false })
    },
  }
}
