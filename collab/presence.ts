/**
 * Who is in a room and what they are at. A client speaks for itself alone, within `clientPresence`; who it is, is written here.
 * Clocks are ours: a client that connects again says the clock it said before, and Yjs would ignore it (and it us) until it grows.
 */
import { encodePresence, encodePresences } from './sync.ts'
import { clientPresence, type ClientPresence, type Presence } from './wire/presence.ts'
import type { Visitor } from './doorkeeper.ts'

/** Somebody with presence. */
export interface Attendee {
  readonly client: number
  readonly visitor: Visitor
  showPresence(frame: Uint8Array): void
}

interface Standing {
  /** As the client wrote it last, until the next tick reads it. */
  written: Uint8Array | null
  shown: ClientPresence | null
}

export class PresenceTable {
  readonly #standings = new Map<Attendee, Standing>()
  readonly #changed = new Set<Attendee>()
  readonly #left = new Set<number>()
  readonly #now: () => number
  readonly #tickMs: number
  #timer: NodeJS.Timeout | null = null
  #clock = 0

  constructor(tickMs: number, now: () => number) {
    this.#tickMs = tickMs
    this.#now = now
  }

  /** Lets somebody in, and shows them who is there. */
  enter(attendee: Attendee): void {
    this.#standings.set(attendee, { written: null, shown: null })
    this.showAll(attendee)
  }

  /** Shows everybody else to somebody who may have missed changes. */
  showAll(attendee: Attendee): void {
    const entries = [...this.#standings.keys()]
      .filter((other) => other !== attendee)
      .flatMap((other) => this.#encode(other))
    if (entries.length > 0) attendee.showPresence(encodePresences(entries))
  }

  leave(attendee: Attendee): void {
    const standing = this.#standings.get(attendee)
    this.#standings.delete(attendee)
    this.#changed.delete(attendee)
    if (standing?.shown) this.#left.add(attendee.client)
    if (this.#standings.size === 0) this.close()
    else if (this.#left.size > 0) this.#schedule()
  }

  /** Takes what a client says; the last of several within a tick counts. */
  write(attendee: Attendee, state: Uint8Array): void {
    const standing = this.#standings.get(attendee)
    if (standing === undefined) return
    standing.written = new Uint8Array(state)
    this.#markChanged(attendee)
  }

  /** Call when the person behind a presence has another name or role. */
  restamp(attendee: Attendee): void {
    if (this.#standings.get(attendee)?.shown) this.#markChanged(attendee)
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#changed.clear()
    this.#left.clear()
  }

  #markChanged(attendee: Attendee): void {
    this.#changed.add(attendee)
    this.#schedule()
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#send()
    }, this.#tickMs)
  }

  /** One frame for everybody, without their own entry: it would overwrite what they have written since. */
  #send(): void {
    const gone = this.#encodeLeaving()
    // Later than the leaving, because somebody who left may be back under the same client id.
    const clock = this.#tick()
    const changed = new Map<Attendee, Uint8Array>()
    for (const attendee of this.#changed) {
      const entry = this.#refresh(attendee, clock)
      if (entry !== null) changed.set(attendee, entry)
    }
    this.#changed.clear()
    const forAll = [...gone, ...changed.values()]
    if (forAll.length === 0) return
    const frame = encodePresences(forAll)
    for (const attendee of this.#standings.keys()) {
      const own = changed.get(attendee)
      if (own === undefined) attendee.showPresence(frame)
      else if (forAll.length > 1) attendee.showPresence(encodePresences(forAll.filter((entry) => entry !== own)))
    }
  }

  #encodeLeaving(): Uint8Array[] {
    const clock = this.#tick()
    const entries = [...this.#left].map((client) => encodePresence(client, clock, null))
    this.#left.clear()
    return entries
  }

  /** Reads what was written. What does not fit is dropped and the last presence stays. */
  #refresh(attendee: Attendee, clock: number): Uint8Array | null {
    const standing = this.#standings.get(attendee)
    if (standing === undefined) return null
    const before = standing.shown
    if (standing.written !== null) {
      const read = readPresence(standing.written)
      if (read !== undefined) standing.shown = read
      standing.written = null
    }
    if (before === null && standing.shown === null) return null
    return encodePresence(attendee.client, clock, stamp(standing.shown, attendee.visitor))
  }

  #encode(attendee: Attendee): Uint8Array[] {
    const shown = this.#standings.get(attendee)?.shown
    return shown ? [encodePresence(attendee.client, this.#tick(), stamp(shown, attendee.visitor))] : []
  }

  /** Rises always, over restarts too, so that no client holds a later clock than the next. */
  #tick(): number {
    this.#clock = Math.max(this.#clock + 1, Math.floor(this.#now()))
    return this.#clock
  }
}

/** undefined: not to be used. null: the client shows itself no more. */
function readPresence(bytes: Uint8Array): ClientPresence | null | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return value === null ? null : clientPresence.parse(value)
  } catch {
    return undefined
  }
}

function stamp(shown: ClientPresence | null, { person, role }: Visitor): string | null {
  if (shown === null) return null
  const color = `var(--person-${person.colour})`
  const colorLight = `color-mix(in srgb, ${color} 25%, transparent)`
  return JSON.stringify({ ...shown, user: { ...person, role, color, colorLight } } satisfies Presence)
}
