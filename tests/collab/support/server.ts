/** A real HTTP server with the rooms on it, on a free port, that can be closed or killed and started again over the same shelf. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Socket } from 'node:net'
import { openCollab, type Collab, type Limits } from '#collab/index.ts'
import { EventLog, GuestList, workspace } from './guests.ts'
import { Shelf } from './shelf.ts'

export interface Running {
  readonly collab: Collab
  readonly server: Server
  readonly port: number
  readonly shelf: Shelf
  readonly guests: GuestList
  readonly events: EventLog
  readonly lines: string[]
  /** The server's side of every open connection. */
  readonly sockets: ReadonlySet<Socket>
  /** As Ctrl-C does. */
  close(): Promise<void>
  /** As `kill -9` does: nothing more is written, every connection breaks. */
  kill(): Promise<void>
}

export interface Start {
  readonly shelf?: Shelf
  readonly guests?: GuestList
  readonly events?: EventLog
  readonly limits?: Partial<Limits>
  readonly port?: number
}

/** Everybody whom tests need; `ed` and `eda` may write. */
export const everybody = { owen: 'owner', ed: 'editor', eda: 'editor', cora: 'commenter', vic: 'viewer' } as const

export async function startServer(start: Start = {}): Promise<Running> {
  const shelf = start.shelf ?? new Shelf()
  const guests = start.guests ?? new GuestList(everybody)
  const events = start.events ?? new EventLog()
  const lines: string[] = []
  const { journal, sever } = shelf.open()
  const collab = openCollab({
    journal,
    doorkeeper: guests,
    events,
    now: () => Date.now(),
    random: () => 0.5,
    log: (line) => void lines.push(line),
    limits: { commitMs: 10, presenceTickMs: 20, ...start.limits },
  })
  const server = createServer((_request, response) => response.writeHead(200).end('page'))
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  collab.attach(server)
  await new Promise<void>((resolve) => server.listen(start.port ?? 0, '127.0.0.1', resolve))
  if (!shelf.documents.has(`${workspace}/shared`)) {
    await collab.createShared(workspace)
    await collab.createNote(workspace, 'n1')
  }
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return {
    collab,
    server,
    // A server that listens on a port has an address of this type.
    port: (server.address() as AddressInfo).port,
    shelf,
    guests,
    events,
    lines,
    sockets,
    close: async () => {
      await collab.close()
      await stop()
    },
    kill: async () => {
      sever()
      await stop()
      void collab.close()
    },
  }
}
