/** Everybody who has a socket open, of either kind, and whether they still may. */
import type { IncomingHttpHeaders } from 'node:http'
import { within } from './deadline.ts'
import type { Doorkeeper, Refusal, Visitor } from './doorkeeper.ts'
import { quote } from './errors.ts'
import type { Limits } from './limits.ts'
import { may } from './wire/policy.ts'
import type { Person } from './wire/presence.ts'

export interface VisitorsDeps {
  readonly doorkeeper: Doorkeeper
  readonly limits: Limits
  log(line: string): void
}

/** Why somebody is sent away; `busy` when we could not find out who they are. */
export type Farewell = Refusal | 'too-many-tabs' | 'busy'

/** One socket of somebody. */
export interface Guest {
  readonly kind: 'document' | 'announcements'
  readonly workspace: string
  readonly headers: IncomingHttpHeaders
  visitor: Visitor
  /** `visitor` has changed. */
  changed(): void
  sendAway(why: Farewell): void
}

/** Guests that are looked up at the same time. */
const LOOKUPS = 8

export class Visitors {
  readonly #deps: VisitorsDeps
  readonly #guests = new Set<Guest>()
  #timer: NodeJS.Timeout | null = null
  #isRechecking = false
  #revocations = 0

  constructor(deps: VisitorsDeps) {
    this.#deps = deps
  }

  /** Changes with every revocation: whoever was identified before it is identified again. */
  get revocations(): number {
    return this.#revocations
  }

  /** Checks everybody's rights again and again, in case that a revocation was lost. */
  open(): void {
    this.#timer = setInterval(() => void this.#recheckAll(), this.#deps.limits.recheckMs)
    this.#timer.unref()
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  async identify(headers: IncomingHttpHeaders, workspace: string): Promise<Visitor | Farewell> {
    try {
      const found = await within(this.#deps.doorkeeper.identify(headers, workspace), this.#deps.limits.identifyMs)
      if (found === 'late') return 'busy'
      if (typeof found === 'string') return found
      return may(found.role, 'workspace.read') ? found : 'no-access'
    } catch (error) {
      this.#deps.log(`collab: nobody can be identified: ${quote(error)}`)
      return 'busy'
    }
  }

  /** Counts somebody in; null where the person has too many sockets of this kind. Returns how to count them out. */
  enter(guest: Guest): (() => void) | null {
    let open = 0
    for (const other of this.#guests) {
      if (other.kind === guest.kind && other.visitor.person.id === guest.visitor.person.id) open++
    }
    if (open >= this.#deps.limits.socketsPerPerson) return null
    this.#guests.add(guest)
    return () => void this.#guests.delete(guest)
  }

  /** Everybody in a workspace, once. */
  here(workspace: string): readonly Person[] {
    const people = new Map<string, Person>()
    for (const guest of this.#guests)
      if (guest.workspace === workspace) people.set(guest.visitor.person.id, guest.visitor.person)
    return [...people.values()]
  }

  /** Looks anew at everybody concerned; null stands for all. Who cannot be identified now is sent away, to come back later. */
  async revoke(workspace: string | null, person: string | null): Promise<void> {
    this.#revocations++
    const concerned = [...this.#guests].filter(
      (guest) =>
        (workspace === null || guest.workspace === workspace) &&
        (person === null || guest.visitor.person.id === person),
    )
    await forEach(concerned, async (guest) => this.#apply(guest, await this.identify(guest.headers, guest.workspace)))
  }

  /** Sends everybody of a workspace away, without asking. */
  sendAway(workspace: string, why: Farewell): void {
    this.#revocations++
    for (const guest of this.#guests) if (guest.workspace === workspace) guest.sendAway(why)
  }

  /** While nobody can be identified, those who are here stay: their rights held a moment ago. */
  async #recheckAll(): Promise<void> {
    if (this.#isRechecking) return
    this.#isRechecking = true
    await forEach([...this.#guests], async (guest) => {
      if (!this.#guests.has(guest)) return
      const found = await this.identify(guest.headers, guest.workspace)
      if (found !== 'busy') this.#apply(guest, found)
    })
    this.#isRechecking = false
  }

  #apply(guest: Guest, found: Visitor | Farewell): void {
    if (!this.#guests.has(guest)) return
    if (typeof found === 'string') return guest.sendAway(found)
    if (found.person.id !== guest.visitor.person.id) return guest.sendAway('no-access')
    if (isSame(found, guest.visitor)) return
    guest.visitor = found
    guest.changed()
  }
}

function isSame(left: Visitor, right: Visitor): boolean {
  const { person } = right
  return (
    left.role === right.role &&
    left.person.name === person.name &&
    left.person.colour === person.colour &&
    left.person.dash === person.dash
  )
}

async function forEach<Item>(items: readonly Item[], task: (item: Item) => Promise<void>): Promise<void> {
  const rest = [...items]
  const work = async (): Promise<void> => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) await task(item)
  }
  await Promise.all(Array.from({ length: LOOKUPS }, work))
}
