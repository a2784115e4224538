import type { Connection } from './connection.ts'
import type { Visitor } from './doorkeeper.ts'
import type { Inspection } from './inspection.ts'
import type { Attendee } from './presence.ts'
import { Receipts } from './receipts.ts'
import { encodeStatus, type DocumentStatus } from './wire/messages.ts'
import { may } from './wire/policy.ts'

/** An update that is not taken in yet. */
export interface HeldUpdate {
  readonly frame: number
  /** Whether it answers our question after connecting. */
  readonly isAnswer: boolean
  readonly update: Uint8Array
  readonly inspection: Inspection
  /** Whether it was found to be quick to apply, by trying. */
  readonly isTried: boolean
}

/** Bytes that have to arrive between two looks for a sender to count as still busy sending what is missing. */
const BUSY_BYTES = 64 << 10
const MOST_EXTENSIONS = 6

/** One connection in one room: what it may do, what of it is settled, what it still waits for. */
export class Member implements Attendee {
  readonly connection: Connection
  readonly client: number
  readonly receipts = new Receipts()
  visitor: Visitor
  held: HeldUpdate[] = []
  /** Whether everything this client had when it connected is here: what it writes later comes from itself alone. */
  hasAnswered = false
  /** State vector of what a slow reader has been sent; null while it gets everything as it comes. */
  sentUntil: Uint8Array | null = null
  /** A question that a slow reader has asked. */
  question: Uint8Array | null = null
  #refused = 0
  #storage: DocumentStatus['storage']
  #patience: NodeJS.Timeout | null = null

  constructor(connection: Connection, client: number, visitor: Visitor, storage: DocumentStatus['storage']) {
    this.connection = connection
    this.client = client
    this.visitor = visitor
    this.#storage = storage
  }

  get mayWrite(): boolean {
    return may(this.visitor.role, 'document.write')
  }

  /** Presence is the first thing that a slow reader goes without; it is shown everybody once it has caught up. */
  showPresence(frame: Uint8Array): void {
    if (!this.connection.isSlow) this.connection.send(frame)
  }

  sendStatus(): void {
    const status: DocumentStatus = { writable: this.mayWrite, storage: this.#storage, refused: this.#refused }
    this.connection.send(encodeStatus(status))
  }

  noteStorage(storage: DocumentStatus['storage']): void {
    this.#storage = storage
    this.sendStatus()
  }

  noteRefused(): void {
    this.#refused++
    this.sendStatus()
  }

  /** Keeps an update; `expired` is called if it still waits after `waitMs`, unless much of what is missing is on its way. */
  hold(held: HeldUpdate, waitMs: number, expired: () => void): void {
    this.held.push({ ...held, update: new Uint8Array(held.update) })
    if (this.#patience === null) this.#wait(waitMs, MOST_EXTENSIONS, expired)
  }

  get heldBytes(): number {
    return this.held.reduce((sum, { update }) => sum + update.length, 0)
  }

  leave(): void {
    if (this.#patience !== null) clearTimeout(this.#patience)
    this.held = []
  }

  #wait(waitMs: number, extensions: number, expired: () => void): void {
    const oldest = this.held[0]
    const received = this.connection.bytesReceived
    this.#patience = setTimeout(() => {
      this.#patience = null
      if (this.held.length === 0) return
      const isBusy = this.connection.bytesReceived - received > BUSY_BYTES
      if (this.held[0] !== oldest) this.#wait(waitMs, MOST_EXTENSIONS, expired)
      else if (isBusy && extensions > 0) this.#wait(waitMs, extensions - 1, expired)
      else expired()
    }, waitMs)
  }
}
