import type { IncomingHttpHeaders } from 'node:http'
import type { Person, Role } from './wire/presence.ts'

/** A signed-in person at the door of a workspace, with what they may do there. */
export interface Visitor {
  readonly person: Person
  readonly role: Role
}

export type Refusal = 'signed-out' | 'no-access' | 'no-workspace'

/** What both sockets ask of the server before they let anybody in. Implemented by the server over its sessions and members. */
export interface Doorkeeper {
  /** Whether `Origin` and `Host` are among the addresses this server answers to. */
  admits(headers: IncomingHttpHeaders): boolean
  identify(headers: IncomingHttpHeaders, workspace: string): Promise<Visitor | Refusal>
}
