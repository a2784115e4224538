/** Socket.IO: what jobs and routes tell everybody in a workspace. Durable events come once and in order, the rest when there is room. */
import type { IncomingHttpHeaders, IncomingMessage, Server as HttpServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { Server, type DefaultEventsMap, type Socket } from 'socket.io'
import type { Announcer, EventStore } from './announcer.ts'
import type { Doorkeeper, Visitor } from './doorkeeper.ts'
import { quote } from './errors.ts'
import type { Limits } from './limits.ts'
import type { Farewell, Guest, Visitors } from './visitors.ts'
import { handshake, socketPath, type ClientToServer, type DurableEvent, type RefusedHandshake } from './wire/events.ts'
import type { ServerToClient } from './wire/events.ts'

export interface AnnounceDeps {
  readonly doorkeeper: Doorkeeper
  readonly visitors: Visitors
  readonly events: EventStore
  readonly limits: Limits
  log(line: string): void
}

interface Numbered {
  readonly seq: number
  readonly event: DurableEvent
}

/** What is known of one socket. */
interface Listener {
  workspace: string
  after: number | null
  /** Newest durable event it was sent. */
  seq: number
  /** Events that arrive while older ones are looked up; null once it is up to date. */
  early: Numbered[] | null
}

type RtServer = Server<ClientToServer, ServerToClient, DefaultEventsMap, Listener>
type RtSocket = Socket<ClientToServer, ServerToClient, DefaultEventsMap, Listener>

/** Nothing that a client sends is large; most of it is pings. */
const MOST_PACKET_BYTES = 256 << 10
/** Missed events that are handed over at once. */
const REPLAY_CHUNK = 32

export class Announcements implements Announcer {
  readonly #deps: AnnounceDeps
  readonly #io: RtServer
  /** Connections that have asked to be let in: once is enough. */
  readonly #asked = new WeakSet<RtSocket['conn']>()
  #isOpen = false

  constructor(deps: AnnounceDeps) {
    this.#deps = deps
    this.#io = new Server({
      path: socketPath,
      serveClient: false,
      connectTimeout: deps.limits.identifyMs,
      maxHttpBufferSize: MOST_PACKET_BYTES,
      perMessageDeflate: false,
      httpCompression: false,
      destroyUpgrade: false,
      // `cors` does not guard WebSockets.
      allowRequest: (request, decide) => decide(null, this.#isOpen && deps.doorkeeper.admits(request.headers)),
    })
    this.#io.use((socket, next) => void this.#decide(socket, next))
    this.#io.on('connection', (socket) => this.#welcome(socket))
  }

  /** Takes the requests under `/rt/`; returns what to do with upgrades. */
  attach(server: HttpServer): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
    const before = server.listeners('upgrade')
    this.#io.attach(server)
    this.#isOpen = true
    for (const listener of server.listeners('upgrade')) {
      // The router is the only one to listen; these are functions, as everything that `listeners` returns.
      if (!before.includes(listener)) server.off('upgrade', listener as () => void)
    }
    const { engine } = this.#io
    return (request, socket, head) => engine.handleUpgrade(request, socket, head)
  }

  durable(workspace: string, seq: number, event: DurableEvent): void {
    for (const socket of this.#listeners(workspace)) {
      if (socket.data.early !== null) this.#keep(socket, { seq, event })
      else this.#tell(socket, { seq, event })
    }
  }

  progress(...[workspace, key, progress]: Parameters<Announcer['progress']>): void {
    this.#quick(workspace).emit('progress', { key, progress })
  }

  partial(...[workspace, key, converged, total, bytes]: Parameters<Announcer['partial']>): void {
    // Socket.IO sends views of any kind as they are; the client gets an ArrayBuffer.
    this.#quick(workspace).emit('partial', { key, converged, total }, bytes as unknown as ArrayBuffer)
  }

  notice(...[workspace, notice]: Parameters<Announcer['notice']>): void {
    this.#io.to(roomOf(workspace)).emit('notice', notice)
  }

  /** Everybody connects again as soon as somebody listens. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    // Not `disconnect`, after which a client stays away.
    this.#io.engine.close()
  }

  async #decide(socket: RtSocket, next: (refusal?: Error) => void): Promise<void> {
    const refused = await this.#admit(socket)
    if (refused === null) return next()
    next(new Error(refused))
    // Once the refusal is on its way.
    setImmediate(() => socket.conn.close())
  }

  /** null, or why not. */
  async #admit(socket: RtSocket): Promise<RefusedHandshake | null> {
    if (this.#asked.has(socket.conn)) return 'busy'
    this.#asked.add(socket.conn)
    const parsed = handshake.safeParse(socket.handshake.auth)
    if (!parsed.success) return 'bad-handshake'
    const { workspace, after } = parsed.data
    const { revocations } = this.#deps.visitors
    const found = await this.#deps.visitors.identify(headersOf(socket), workspace)
    if (typeof found === 'string') return found
    if (revocations !== this.#deps.visitors.revocations || socket.conn.readyState !== 'open') return 'busy'
    Object.assign(socket.data, { workspace, after, seq: 0, early: [] } satisfies Listener)
    const leave = this.#deps.visitors.enter(guestOf(socket, found))
    if (leave === null) return 'too-many-tabs'
    // The socket's own `disconnect` comes only after it was let in.
    socket.conn.once('close', leave)
    return null
  }

  #welcome(socket: RtSocket): void {
    socket.use(() => void socket.disconnect(true)) // A client has nothing to say.
    void socket.join(roomOf(socket.data.workspace))
    this.#catchUp(socket).catch((error: unknown) => {
      this.#deps.log(`collab: ${socket.data.workspace} cannot be caught up with: ${quote(error)}`)
      socket.conn.close() // It connects again.
    })
  }

  /** New events wait meanwhile, so that between the stored and the live ones there is neither a gap nor a double. */
  async #catchUp(socket: RtSocket): Promise<void> {
    const { workspace, after } = socket.data
    const missed = after === null ? [] : await this.#deps.events.since(workspace, after)
    const reload = missed === null
    socket.data.seq = after === null || reload ? await this.#deps.events.latest(workspace) : after
    if (!socket.connected) return
    socket.emit('ready', { seq: socket.data.seq, reload })
    await this.#replay(socket, missed ?? [])
    // More may be added while these go out.
    await this.#replay(socket, socket.data.early ?? [])
    socket.data.early = null
  }

  async #replay(socket: RtSocket, events: readonly Numbered[]): Promise<void> {
    for (const numbered of events) {
      if (packetsWaiting(socket) >= REPLAY_CHUNK) await flushed(socket)
      if (!socket.connected) return
      this.#tell(socket, numbered)
    }
  }

  #keep({ conn, data }: RtSocket, numbered: Numbered): void {
    if ((data.early?.push(numbered) ?? 0) > this.#deps.limits.waitingPackets) conn.close(true)
  }

  #tell(socket: RtSocket, { seq, event }: Numbered): void {
    if (seq <= socket.data.seq) return
    // Rather than grow without end here, a client that does not read comes back and asks for what it has missed.
    if (packetsWaiting(socket) > this.#deps.limits.waitingPackets) {
      socket.conn.close(true)
      return
    }
    socket.data.seq = seq
    socket.emit('durable', seq, event)
  }

  *#listeners(workspace: string): Generator<RtSocket> {
    const { adapter, sockets } = this.#io.of('/')
    for (const id of adapter.rooms.get(roomOf(workspace)) ?? []) {
      const socket = sockets.get(id)
      if (socket !== undefined) yield socket
    }
  }

  /** Those who keep up. Socket.IO's own `volatile` would drop the second of two packets in one tick for everybody. */
  #quick(workspace: string): Pick<RtServer, 'emit'> {
    const most = this.#deps.limits.volatilePackets
    const slow = [...this.#listeners(workspace)].filter((socket) => packetsWaiting(socket) > most)
    return this.#io.to(roomOf(workspace)).except(slow.map((socket) => socket.id))
  }
}

const roomOf = (workspace: string): string => `workspace:${workspace}`

/** Engine.IO hides the field from its types but has no other way to ask. */
const packetsWaiting = ({ conn }: RtSocket): number =>
  (conn as unknown as { writeBuffer: readonly unknown[] }).writeBuffer.length

/** Resolves when the packets that wait have gone to the network, or will never go. */
async function flushed({ conn }: RtSocket): Promise<void> {
  if (conn.readyState !== 'open') return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      conn.off('drain', done)
      conn.off('close', done)
      resolve()
    }
    conn.on('drain', done)
    conn.on('close', done)
  })
}

const headersOf = (socket: RtSocket): IncomingHttpHeaders => socket.handshake.headers

function guestOf(socket: RtSocket, visitor: Visitor): Guest {
  return {
    kind: 'announcements',
    workspace: socket.data.workspace,
    headers: headersOf(socket),
    visitor,
    changed: () => undefined,
    sendAway(why: Farewell) {
      // After `disconnect` a client stays away; otherwise it connects again.
      if (why === 'busy') socket.conn.close()
      else socket.disconnect(true)
    },
  }
}
