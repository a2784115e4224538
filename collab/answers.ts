/** Answering what a client asks after connecting: everything that it lacks. Three hundred newcomers share one encoded answer. */
import { CollabError } from './errors.ts'
import { inspectStateVector } from './inspection.ts'
import type { Member } from './member.ts'
import type { SharedState } from './shared-state.ts'
import { encodeAnswer, encodeEdit } from './sync.ts'

/** An answer counts as so many messages, and as more the more it holds. */
const ANSWER_COST = 20
const BYTES_PER_MESSAGE = 64 << 10

export class Answers {
  readonly #state: SharedState
  #toNewcomers: Uint8Array | null = null

  constructor(state: SharedState) {
    this.#state = state
  }

  /** Call after every change. */
  forget(): void {
    this.#toNewcomers = null
  }

  /**
   * Sends what somebody with this state vector lacks; to a slow reader, once it has caught up. Throws a CollabError `unreadable` where
   * the document holds edits under their client id that they never made.
   */
  give(member: Member, vector: Uint8Array): void {
    const clocks = inspectStateVector(vector)
    const isNewcomer = clocks.size === 0
    // The author of a clock cannot be behind us. What they typed would vanish behind what was written in their place.
    if (this.#state.reached(member.client) > (clocks.get(member.client) ?? 0)) {
      throw new CollabError('unreadable', 'somebody else has written under this client id')
    }
    if (member.connection.isSlow) {
      member.question = new Uint8Array(vector)
      return
    }
    const answer = isNewcomer ? this.#whole() : encodeAnswer(this.#state.encodeSince(vector))
    member.connection.charge(ANSWER_COST + answer.length / BYTES_PER_MESSAGE)
    member.connection.send(answer, { shared: isNewcomer })
  }

  /** Sends a reader that was slow what it was spared meanwhile. */
  catchUp(member: Member): void {
    const { sentUntil, question } = member
    member.sentUntil = null
    member.question = null
    if (sentUntil !== null) member.connection.send(encodeEdit(this.#state.encodeSince(sentUntil)))
    if (question !== null) this.give(member, question)
  }

  #whole(): Uint8Array {
    this.#toNewcomers ??= encodeAnswer(this.#state.encode())
    return this.#toNewcomers
  }
}
