/** The door of collab: what the server may call. */
import type { Server } from 'node:http'
import * as Y from 'yjs'
import { Announcements } from './announce.ts'
import type { Announcer, EventStore } from './announcer.ts'
import type { Doorkeeper } from './doorkeeper.ts'
import { Entrance } from './entrance.ts'
import type { Journal } from './journal.ts'
import { JournalWriter } from './journal-writer.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { Rooms } from './rooms.ts'
import { Trials } from './trials.ts'
import { routeUpgrades } from './upgrade.ts'
import { Visitors } from './visitors.ts'
import { identifier, noteDocument, type DocumentName } from './wire/identifiers.ts'
import type { Person } from './wire/presence.ts'

export type { Announcer, EventStore } from './announcer.ts'
export type { Doorkeeper, Refusal, Visitor } from './doorkeeper.ts'
export { CollabError, type CollabErrorKind } from './errors.ts'
export type { Journal, JournalEntry, StoredDocument } from './journal.ts'
export { defaultLimits, type Limits } from './limits.ts'

/** Everything collab needs from outside. */
export interface CollabDeps {
  readonly journal: Journal
  readonly doorkeeper: Doorkeeper
  readonly events: EventStore
  /** Milliseconds since 1970. */
  now(): number
  /** Uniform in [0, 1): spreads retries. */
  random(): number
  /** One line for the operator; user text in it is escaped. */
  log(line: string): void
  readonly limits?: Partial<Limits>
}

/** The rooms of a server: documents, presence and announcements. */
export interface Collab {
  readonly announcer: Announcer
  /**
   * Takes over `upgrade`, of which it must be the sole listener, and the requests under `/rt/`. Call it once, after the
   * application listens to `request`.
   */
  attach(server: Server): void
  /** Everybody who has a workspace open, once however many tabs they use. */
  peopleHere(workspace: string): readonly Person[]
  /** Makes the document `shared` of a new workspace. */
  createShared(workspace: string): Promise<void>
  /** Makes the document of a note. Its head is written into `shared` by the client. */
  createNote(workspace: string, note: string): Promise<void>
  /**
   * Call after a role or name changed, access ended or a person signed out: resolves when no socket has more rights than now. null
   * stands for every workspace, and for everybody.
   */
  revoke(workspace: string | null, person: string | null): Promise<void>
  /** Call after a workspace was deleted: its sockets are closed for good, and it leaves memory with everything stored. */
  closeWorkspace(workspace: string): Promise<void>
  /** Encoded state with all that was accepted so far; null where there is no such document. */
  encodeState(workspace: string, document: DocumentName): Promise<Uint8Array | null>
  /**
   * Puts another history in place of a document's, or makes it. Everybody who has it open is told to load it anew. Throws a
   * CollabError `bad-document` on a state that does not fit the document.
   */
  replace(workspace: string, document: DocumentName, state: Uint8Array): Promise<void>
  /** Takes no more edits, stores what was accepted, tells everybody to come back later, and lets go of the server. */
  close(): Promise<void>
}

/** Opens the rooms of a server; nothing is served before `attach`. */
export function openCollab(given: CollabDeps): Collab {
  const limits: Limits = { ...defaultLimits, ...given.limits }
  const deps = {
    ...given,
    limits,
    now: () => given.now(),
    random: () => given.random(),
    log: (line: string) => given.log(line),
  }
  const writer = new JournalWriter(deps)
  const rooms = new Rooms({ ...deps, writer, trials: new Trials() })
  const visitors = new Visitors(deps)
  const announcements = new Announcements({ ...deps, visitors })
  const entrance = new Entrance({ ...deps, rooms, visitors })
  let refuseUpgrades = (): void => undefined
  return {
    announcer: announcements,
    attach(server) {
      const upgradeAnnouncements = announcements.attach(server)
      refuseUpgrades = routeUpgrades(server, {
        doorkeeper: given.doorkeeper,
        document: (socket, raw, call) => entrance.accept(socket, raw, call),
        announcements: upgradeAnnouncements,
      })
      visitors.open()
      entrance.open()
    },
    peopleHere: (workspace) => visitors.here(workspace),
    createShared: async (workspace) => await rooms.create(workspace, 'shared', emptyState()),
    createNote: async (workspace, note) =>
      await rooms.create(workspace, noteDocument(identifier.parse(note)), emptyState()),
    revoke: async (workspace, person) => await visitors.revoke(workspace, person),
    async closeWorkspace(workspace) {
      visitors.sendAway(workspace, 'no-workspace')
      await rooms.closeWorkspace(workspace)
    },
    encodeState: async (workspace, document) => (await rooms.open(workspace, document))?.encodeState() ?? null,
    replace: async (workspace, document, state) => await rooms.replace(workspace, document, state),
    async close() {
      refuseUpgrades()
      visitors.close()
      rooms.freeze()
      if (!(await writer.flush(limits.closeMs)))
        given.log('collab: the last edits could not be stored; nobody was told they were')
      announcements.close()
      await Promise.all([entrance.close(CLOSING_MS), writer.close(CLOSING_MS)])
      rooms.close()
    },
  }
}

/** For the closing handshakes. */
const CLOSING_MS = 300

const emptyState = (): Uint8Array => Y.encodeStateAsUpdate(new Y.Doc())
