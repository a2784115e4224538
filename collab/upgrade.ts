/**
 * The sole listener of `upgrade`. Socket.IO would end every upgrade it does not own after a second, and leave those that nobody
 * owns open for ever; so each goes to its owner by its path, and the rest is refused at once.
 */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Doorkeeper } from './doorkeeper.ts'
import type { Call } from './entrance.ts'
import { CollabError } from './errors.ts'
import { identifier, isDocumentName } from './wire/identifiers.ts'
import { socketPath } from './wire/events.ts'
import { syncPath } from './wire/messages.ts'

export interface UpgradeDeps {
  readonly doorkeeper: Doorkeeper
  /** A WebSocket for a document; called in the tick in which it exists. */
  document(socket: WebSocket, raw: Socket, call: Call): void
  /** An upgrade for Socket.IO. */
  announcements(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

/** `ws` answers a frame above this with 1009, which the client retries for ever; our own limit is lower and final. */
const MOST_FRAME_BYTES = 16 << 20

/** Takes over the upgrades of a server; returns how to refuse all further ones. */
export function routeUpgrades(server: Server, deps: UpgradeDeps): () => void {
  if (server.listenerCount('upgrade') > 0)
    throw new CollabError('internal', 'internal: somebody else listens to upgrades already')
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_FRAME_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
  })
  let isClosed = false
  server.on('upgrade', (request, socket, head) => {
    // Before anything else: an error on a socket that nobody listens to ends the process.
    socket.on('error', () => socket.destroy())
    if (isClosed) return refuse(socket, 503)
    const address = parseAddress(request.url ?? '')
    if (address === null) return refuse(socket, 404)
    if (!deps.doorkeeper.admits(request.headers)) return refuse(socket, 403)
    if (address === 'announcements') return deps.announcements(request, socket, head)
    // http.Server hands out the net.Socket of the connection.
    sockets.handleUpgrade(request, socket, head, (webSocket) =>
      deps.document(webSocket, socket as Socket, { ...address, headers: request.headers }),
    )
  })
  return () => {
    isClosed = true
  }
}

type Address = 'announcements' | Pick<Call, 'workspace' | 'document' | 'query'>

function parseAddress(target: string): Address | null {
  const [path = '', query = ''] = target.split('?', 2)
  if (path === `${socketPath}/`) return 'announcements'
  if (!path.startsWith(`${syncPath}/`)) return null
  // Names need no escapes, so none are undone.
  const [workspace = '', ...rest] = path.slice(syncPath.length + 1).split('/')
  const document = rest.join('/')
  if (!identifier.safeParse(workspace).success || !isDocumentName(document)) return null
  return { workspace, document, query: new URLSearchParams(query) }
}

function refuse(socket: Duplex, status: 403 | 404 | 503): void {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'Connection: close', 'Content-Length: 0', '', '']
  socket.end(lines.join('\r\n'))
  // A peer that neither reads nor closes keeps nothing.
  setTimeout(() => socket.destroy(), 1_000).unref()
}
