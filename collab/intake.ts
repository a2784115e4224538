/** What becomes of an update that a member sends: refused, applied, tried out first, or kept until what it builds on is there. */
import { CollabError } from './errors.ts'
import type { Limits } from './limits.ts'
import type { HeldUpdate, Member } from './member.ts'
import type { SharedState } from './shared-state.ts'
import type { Frame } from './sync.ts'
import type { Trials } from './trials.ts'
import { closeCodes } from './wire/close-codes.ts'

export interface IntakeDeps {
  readonly state: SharedState
  readonly trials: Trials
  readonly limits: Limits
  members(): Iterable<Member>
  /** Whether nothing is taken in at the moment. */
  isFrozen(): boolean
  /** Whether so much waits to be stored that nothing more may be taken in. */
  isFull(): boolean
  /** A frame was taken in. */
  accepted(member: Member, frame: number): void
  /** A frame of somebody who may not write was dropped; `isHarmless` where it said nothing new. */
  refused(member: Member, frame: number, isHarmless: boolean): void
  /** A frame cannot be used. */
  rejected(member: Member, error: unknown): void
}

type EditFrame = Extract<Frame, { kind: 'edit' }>

/** A trial takes a processor for a while, so it counts as so many messages. */
const TRIAL_COST = 200

export class Intake {
  readonly #deps: IntakeDeps

  constructor(deps: IntakeDeps) {
    this.#deps = deps
  }

  /** Takes an update as it comes in. Throws a CollabError on one that cannot be used. */
  receive(member: Member, { update, isAnswer }: EditFrame): void {
    const frame = member.receipts.open()
    const inspection = this.#deps.state.inspect(update)
    this.#take(member, { frame, update, isAnswer, inspection, isTried: false })
    this.retry()
  }

  /** Takes what has been waiting and need not wait any more. Call when somebody has left. */
  retry(): void {
    for (let isMoving = true; isMoving;) {
      isMoving = false
      for (const member of this.#deps.members()) isMoving = this.#retryOf(member) || isMoving
    }
  }

  #retryOf(member: Member): boolean {
    const ready = member.held.filter((edit) => this.#isReady(member, edit))
    if (ready.length === 0) return false
    member.held = member.held.filter((edit) => !ready.includes(edit))
    for (const edit of ready) this.#attempt(member, edit)
    return true
  }

  /** Rights and room may have changed since the update came in. */
  #attempt(member: Member, edit: HeldUpdate): void {
    try {
      if (this.#deps.isFrozen()) member.connection.close(closeCodes.restart, 'the document is being replaced')
      else if (member.connection.isOpen) this.#take(member, edit)
    } catch (error) {
      this.#deps.rejected(member, error)
    }
  }

  #take(member: Member, edit: HeldUpdate): void {
    const { state } = this.#deps
    if (!member.mayWrite) return this.#deps.refused(member, edit.frame, state.isKnown(edit.inspection))
    if (this.#deps.isFull()) return member.connection.close(closeCodes.overloaded, 'too much waits to be stored')
    if (!this.#isReady(member, edit)) return this.#hold(member, edit)
    if (!edit.isTried && !state.isCheap(edit.inspection)) return void this.#tryOut(member, edit)
    state.apply(edit.update, member)
    if (edit.isAnswer) member.hasAnswered = true
    this.#deps.accepted(member, edit.frame)
  }

  /**
   * What a client says under the id of somebody who is here waits until that one has said it: they are the author. After a crash of
   * the server everybody brings what everybody wrote, and no part of it can do without the others; so this holds only for
   * those who have told us all they had.
   */
  #isReady(member: Member, { inspection }: HeldUpdate): boolean {
    return this.#deps.state.isReady(inspection, (client) => {
      for (const other of this.#deps.members()) {
        if (other.client === client) return other.hasAnswered && other.visitor.person.id !== member.visitor.person.id
      }
      return false
    })
  }

  /**
   * A client that types between connecting and answering our question sends edits before what they build on. They wait with their
   * sender and not in the document, where they would be kept and sent to everybody for ever.
   */
  #hold(member: Member, edit: HeldUpdate): void {
    const { pendingMs, pendingBytes } = this.#deps.limits
    const bytes = member.heldBytes + edit.update.length
    if (bytes > pendingBytes) throw new CollabError('too-large', `${bytes} bytes of edits that wait for others`)
    member.hold(edit, pendingMs, () =>
      this.#deps.rejected(member, new CollabError('unreadable', 'what an edit builds on never came')),
    )
  }

  /** Edits that build on this one wait meanwhile. */
  async #tryOut(member: Member, edit: HeldUpdate): Promise<void> {
    const update = new Uint8Array(edit.update)
    member.connection.charge(TRIAL_COST)
    const isQuick = await this.#deps.trials.isQuick(this.#deps.state.encode(), update)
    if (!member.connection.isOpen) return
    if (isQuick) this.#attempt(member, { ...edit, update, isTried: true })
    else
      this.#deps.rejected(member, new CollabError('too-large', `an edit of ${edit.inspection.structs} parts at once`))
    this.retry()
  }
}
