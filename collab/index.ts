/** The door of collab: what the server may call. */
import type { Server } from 'node:http'
import type { Announcer, EventStore } from './announcer.ts'
import type { Doorkeeper } from './doorkeeper.ts'
import type { Journal } from './journal.ts'
import type { Limits } from './limits.ts'
import type { DocumentName } from './wire/identifiers.ts'
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
  /** Call after a role changed, access ended or a person signed out: resolves when no socket has more rights than now. */
  revoke(workspace: string, person: string): Promise<void>
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
