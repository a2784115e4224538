/** One document that is open: its state, the people in it, and what of it is stored. */
import { Answers } from './answers.ts'
import { Compaction } from './compaction.ts'
import type { Connection } from './connection.ts'
import type { Visitor } from './doorkeeper.ts'
import { CollabError, quote } from './errors.ts'
import { Intake } from './intake.ts'
import type { Journal, StoredDocument } from './journal.ts'
import type { JournalWriter, Outbox } from './journal-writer.ts'
import { layoutOf } from './layout.ts'
import type { Limits } from './limits.ts'
import { Member } from './member.ts'
import { PresenceTable } from './presence.ts'
import { SharedState, type Change } from './shared-state.ts'
import { encodeAsk, encodeEdit, readFrame } from './sync.ts'
import type { Trials } from './trials.ts'
import { closeCodes, type CloseCode } from './wire/close-codes.ts'
import type { DocumentName } from './wire/identifiers.ts'
import { encodeEpoch, encodeSaved } from './wire/messages.ts'

export interface RoomDeps {
  readonly journal: Journal
  readonly writer: JournalWriter
  readonly trials: Trials
  readonly limits: Limits
  now(): number
  log(line: string): void
}

export class Room {
  readonly workspace: string
  readonly document: DocumentName
  readonly epoch: string
  readonly #deps: RoomDeps
  readonly #state: SharedState
  readonly #answers: Answers
  readonly #intake: Intake
  readonly #outbox: Outbox
  readonly #members = new Set<Member>()
  readonly #presence: PresenceTable
  readonly #compaction: Compaction
  readonly #emptied: () => void
  #isFailing = false
  #isFrozen = false
  #isClosed = false

  /** `emptied` is called whenever the last member has left. */
  constructor(deps: RoomDeps, workspace: string, document: DocumentName, stored: StoredDocument, emptied: () => void) {
    this.#deps = deps
    this.workspace = workspace
    this.document = document
    this.epoch = stored.epoch
    this.#emptied = emptied
    this.#presence = new PresenceTable(deps.limits.presenceTickMs, deps.now)
    this.#state = new SharedState(layoutOf(document), deps.limits.documentBytes)
    this.#answers = new Answers(this.#state)
    this.#intake = this.#makeIntake()
    const parts = stored.state === null ? stored.updates : [stored.state, ...stored.updates]
    if (!this.#state.load(parts)) deps.log(`collab: internal: ${workspace}/${document} is stored with parts missing`)
    this.#state.listen((change, origin) => this.#pass(change, origin))
    this.#outbox = deps.writer.open(stored.seq, {
      durable: (entry) => this.#settle(entry),
      trouble: (failing) => this.#noteTrouble(failing),
    })
    this.#compaction = this.#makeCompaction(stored)
  }

  #makeIntake(): Intake {
    const { trials, limits, writer } = this.#deps
    return new Intake({
      state: this.#state,
      trials,
      limits,
      members: () => this.#members,
      isFrozen: () => this.#isFrozen,
      isFull: () => writer.isFull,
      accepted: (member, frame) => {
        member.receipts.accept(frame, this.#outbox.queued)
        this.#confirm(member)
      },
      // A reader says once after connecting what everybody knows; that is no reason to tell them anything.
      refused: (member, frame, isHarmless) => {
        member.receipts.accept(frame, 0)
        if (!isHarmless) member.noteRefused()
        this.#confirm(member)
      },
      rejected: (member, error) => this.#reject(member, error),
    })
  }

  #makeCompaction(stored: StoredDocument): Compaction {
    const { workspace, document, epoch } = this
    const { journal, limits, now, log } = this.#deps
    return new Compaction(
      {
        limits,
        now,
        // The state may hold more than is stored by now; applying the rest to it again changes nothing.
        store: async () => await journal.compact(workspace, document, epoch, this.#outbox.seq, this.#state.encode()),
        failed: (error) => log(`collab: ${workspace}/${document} is not compacted: ${quote(error)}`),
      },
      stored.updates,
    )
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  get isEmpty(): boolean {
    return this.#members.size === 0
  }

  get hasUnstored(): boolean {
    return this.#outbox.durable < this.#outbox.queued
  }

  encodeState(): Uint8Array {
    return this.#state.encode()
  }

  /** Lets a connection in. Returns null, with the connection closed, where its client id is somebody else's. */
  join(connection: Connection, client: number, visitor: Visitor): Member | null {
    const before = this.#ownerOf(client)
    if (before !== null && before.visitor.person.id !== visitor.person.id) {
      connection.close(closeCodes.unreadable, 'this client id belongs to somebody else')
      return null
    }
    if (before !== null) this.#replace(before)
    const member = new Member(connection, client, visitor, this.#isFailing ? 'failing' : 'ok')
    this.#members.add(member)
    connection.send(encodeEpoch(this.epoch))
    member.sendStatus()
    connection.send(encodeAsk(this.#state.vector()))
    this.#presence.enter(member)
    connection.listen({
      frame: (bytes) => this.#receive(member, bytes),
      closed: () => this.#leave(member),
      drained: () => this.#catchUp(member),
    })
    return member
  }

  /** Call when a member's rights or name have changed. */
  change(member: Member, visitor: Visitor): void {
    const couldWrite = member.mayWrite
    member.visitor = visitor
    if (couldWrite !== member.mayWrite) member.sendStatus()
    this.#presence.restamp(member)
  }

  /** Closes everybody's connection. */
  closeAll(code: CloseCode, reason: string): void {
    for (const member of this.#members) member.connection.close(code, reason)
  }

  /** While frozen nothing is taken in: who edits is sent away for a moment. */
  freeze(isFrozen: boolean): void {
    this.#isFrozen = isFrozen
  }

  /** Resolves to whether everything accepted by now is durable in time. */
  async stored(withinMs: number): Promise<boolean> {
    return await this.#outbox.drained(withinMs)
  }

  /** Folds what is stored into one state, so that the next opening is quick. */
  async compact(): Promise<void> {
    await this.#compaction.run()
  }

  /** Lets go of everything; what is not durable by now is lost. */
  close(): void {
    this.#isClosed = true
    this.#isFrozen = true
    this.#deps.writer.drop(this.#outbox)
    this.#presence.close()
    this.#state.close()
  }

  #ownerOf(client: number): Member | null {
    for (const member of this.#members) if (member.client === client) return member
    return null
  }

  /** The same tab is back before we noticed that its last connection broke. */
  #replace(member: Member): void {
    this.#leave(member)
    member.connection.drop()
  }

  #leave(member: Member): void {
    if (!this.#members.delete(member)) return
    member.leave()
    this.#presence.leave(member)
    this.#intake.retry()
    if (this.isEmpty) this.#emptied()
  }

  /** Takes one frame; closes the connection of whoever sends what cannot be used. */
  #receive(member: Member, bytes: Uint8Array): void {
    const { connection } = member
    if (this.#isFrozen) return connection.close(closeCodes.restart, 'the document is being replaced')
    try {
      const frame = readFrame(bytes, member.client)
      if (frame.kind === 'ask') this.#answers.give(member, frame.vector)
      else if (frame.kind === 'edit') this.#intake.receive(member, frame)
      else if (frame.state !== null) this.#presence.write(member, frame.state)
    } catch (error) {
      this.#reject(member, error)
    }
  }

  #reject(member: Member, error: unknown): void {
    const known = error instanceof CollabError ? error : null
    const message = error instanceof Error ? error.message : String(error)
    const place = `${this.workspace}/${this.document} ${member.visitor.person.id}`
    this.#deps.log(`collab: ${place}: ${known === null ? 'internal: ' : ''}${quote(error)}`)
    const code = known?.kind === 'too-large' ? closeCodes.tooLarge : closeCodes.unreadable
    member.connection.close(code, message.slice(0, 100).replace(/[^\x20-\x7e]/g, '?'))
  }

  /** Stores a change and passes it on. What Yjs made of it travels, never the bytes that came in. */
  #pass(change: Change, origin: unknown): void {
    this.#answers.forget()
    const actor = origin instanceof Member ? origin.visitor.person.id : null
    const { workspace, document, epoch } = this
    this.#outbox.append({ workspace, document, epoch, update: change.update, actor })
    this.#compaction.count(change.update)
    const frame = encodeEdit(change.update)
    for (const member of this.#members) {
      if (member === origin) continue
      if (!member.connection.isSlow) member.connection.send(frame)
      else member.sentUntil ??= change.before()
    }
  }

  #catchUp(member: Member): void {
    this.#answers.catchUp(member)
    this.#presence.showAll(member)
  }

  #settle(entry: number): void {
    for (const member of this.#members)
      if (member.receipts.advance(entry)) member.connection.send(encodeSaved(member.receipts.settled))
    this.#compaction.look()
  }

  #confirm(member: Member): void {
    if (member.receipts.advance(this.#outbox.durable)) member.connection.send(encodeSaved(member.receipts.settled))
  }

  #noteTrouble(failing: boolean): void {
    this.#isFailing = failing
    for (const member of this.#members) member.noteStorage(failing ? 'failing' : 'ok')
  }
}
