/** From an upgraded socket to a member of a room: who is it, may they, is the document there, is it the history they hold. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { Connection } from './connection.ts'
import type { Visitor } from './doorkeeper.ts'
import { quote } from './errors.ts'
import type { Limits } from './limits.ts'
import type { Member } from './member.ts'
import type { Room } from './room.ts'
import type { Rooms } from './rooms.ts'
import type { Farewell, Guest, Visitors } from './visitors.ts'
import { closeCodes, type CloseCode } from './wire/close-codes.ts'
import type { DocumentName } from './wire/identifiers.ts'
import { connectionQuery, encodeHeartbeat, type ConnectionQuery } from './wire/messages.ts'

export interface EntranceDeps {
  readonly rooms: Rooms
  readonly visitors: Visitors
  readonly limits: Limits
  now(): number
  log(line: string): void
}

/** Where somebody wants to go. */
export interface Call {
  readonly workspace: string
  readonly document: DocumentName
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
}

const farewells: Readonly<Record<Farewell, CloseCode>> = {
  'signed-out': closeCodes.signIn,
  'no-access': closeCodes.noAccess,
  'no-workspace': closeCodes.noDocument,
  'too-many-tabs': closeCodes.tooManyTabs,
  busy: closeCodes.overloaded,
}

/** How often somebody is identified anew because rights changed meanwhile. */
const ATTEMPTS = 5

export class Entrance {
  readonly #deps: EntranceDeps
  readonly #inside = new Set<Connection>()
  readonly #heartbeat = encodeHeartbeat()
  #waiting = 0
  #timer: NodeJS.Timeout | null = null

  constructor(deps: EntranceDeps) {
    this.#deps = deps
  }

  /** Starts the heartbeats. */
  open(): void {
    this.#timer = setInterval(() => {
      for (const connection of this.#inside) connection.beat(this.#heartbeat)
    }, this.#deps.limits.heartbeatMs)
    this.#timer.unref()
  }

  /** Call in the tick of the upgrade. Refusals are close codes: a browser cannot tell one HTTP status from another. */
  accept(socket: WebSocket, raw: Socket, call: Call): void {
    const connection = new Connection(socket, raw, this.#deps)
    this.#inside.add(connection)
    connection.whenClosed(() => this.#inside.delete(connection))
    const query = connectionQuery.safeParse(Object.fromEntries(call.query))
    if (!query.success) return connection.close(closeCodes.unreadable, 'the address needs a client id')
    if (this.#waiting >= this.#deps.limits.waitingSockets)
      return connection.close(closeCodes.overloaded, 'too many at the door')
    this.#waiting++
    this.#admit(connection, call, query.data)
      .catch((error: unknown) => {
        this.#deps.log(`collab: ${call.workspace}/${call.document} cannot be opened: ${quote(error)}`)
        connection.close(closeCodes.overloaded, 'the document cannot be opened now')
      })
      .finally(() => this.#waiting--)
  }

  /** Sends everybody away for a moment; resolves when they are gone. */
  async close(withinMs: number): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    for (const connection of this.#inside) connection.close(closeCodes.restart, 'the server restarts')
    for (let waited = 0; this.#inside.size > 0 && waited < withinMs; waited += 10) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    for (const connection of this.#inside) connection.drop()
  }

  async #admit(connection: Connection, call: Call, query: ConnectionQuery): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS && connection.isOpen; attempt++) {
      const { revocations } = this.#deps.visitors
      const found = await this.#deps.visitors.identify(call.headers, call.workspace)
      if (typeof found === 'string') return connection.close(farewells[found], found)
      const room = await this.#deps.rooms.open(call.workspace, call.document)
      if (room === null) return connection.close(closeCodes.noDocument, 'there is no such document')
      const isFresh = revocations === this.#deps.visitors.revocations && !room.isClosed
      if (isFresh) return this.#join(connection, call, query, found, room)
    }
    connection.close(closeCodes.overloaded, 'rights are changing')
  }

  #join(connection: Connection, call: Call, query: ConnectionQuery, visitor: Visitor, room: Room): void {
    if (!connection.isOpen) return
    // Two histories merged into one would show every text twice.
    if (query.epoch !== undefined && query.epoch !== room.epoch)
      return connection.close(closeCodes.epochChanged, room.epoch)
    let member: Member | null = null
    const guest: Guest = {
      kind: 'document',
      workspace: call.workspace,
      headers: call.headers,
      visitor,
      changed: () => (member === null ? undefined : room.change(member, guest.visitor)),
      sendAway: (why) => connection.close(farewells[why], why),
    }
    const leave = this.#deps.visitors.enter(guest)
    if (leave === null) return connection.close(closeCodes.tooManyTabs, 'too many tabs')
    connection.whenClosed(leave)
    member = room.join(connection, query.client, visitor)
  }
}
