/** Who is who: a doorkeeper over a table that tests change, and an event store. */
import type { DurableEvent } from '#collab/wire/events.ts'
import type { Doorkeeper, EventStore, Refusal, Visitor } from '#collab/index.ts'
import type { Role } from '#collab/wire/presence.ts'

export const workspace = 'lab'
export const origin = 'http://coattend.test'

/** The session cookie of somebody is their id. */
export class GuestList implements Doorkeeper {
  readonly roles = new Map<string, Role>()
  readonly names = new Map<string, string>()
  delayMs = 0
  isBroken = false
  lookups = 0

  constructor(roles: Readonly<Record<string, Role>>) {
    for (const [person, role] of Object.entries(roles)) this.roles.set(person, role)
  }

  admits(headers: { readonly origin?: string | undefined }): boolean {
    return headers.origin === origin
  }

  async identify(headers: { readonly cookie?: string | undefined }, asked: string): Promise<Visitor | Refusal> {
    this.lookups++
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs))
    if (this.isBroken) throw new Error('the list of guests is lost')
    const id = /^session=(\w+)$/.exec(headers.cookie ?? '')?.[1]
    if (id === undefined) return 'signed-out'
    if (asked !== workspace) return 'no-workspace'
    const role = this.roles.get(id)
    if (role === undefined) return 'no-access'
    return { person: { id, name: this.names.get(id) ?? id.toUpperCase(), colour: 1 + (id.length % 6), dash: 1 }, role }
  }
}

/** Numbered events, as the server's table keeps them. */
export class EventLog implements EventStore {
  readonly events: { readonly seq: number; readonly event: DurableEvent }[] = []
  delayMs = 0
  /** Events up to this one are gone. */
  forgotten = 0

  add(event: DurableEvent): number {
    const seq = this.forgotten + this.events.length + 1
    this.events.push({ seq, event })
    return seq
  }

  async since(_workspace: string, after: number): Promise<readonly { seq: number; event: DurableEvent }[] | null> {
    const found = after < this.forgotten ? null : this.events.filter(({ seq }) => seq > after)
    await new Promise((resolve) => setTimeout(resolve, this.delayMs))
    return found
  }

  async latest(): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, this.delayMs))
    return this.forgotten + this.events.length
  }
}
