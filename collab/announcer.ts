import type { DurableEvent, Notice, ProgressEvent } from './wire/events.ts'

/**
 * What the server's jobs and routes tell everybody in a workspace. Durable events arrive here after they were stored, those of one
 * workspace in rising order of their numbers: a client that has seen number 6 never asks for number 5 again.
 */
export interface Announcer {
  durable(workspace: string, seq: number, event: DurableEvent): void
  progress(workspace: string, key: string, progress: ProgressEvent): void
  /** `bytes` is a safetensors file with part of a result. */
  partial(workspace: string, key: string, converged: number, total: number, bytes: Uint8Array): void
  notice(workspace: string, notice: Notice): void
}

/** Where `announce.ts` finds what a reconnecting client has missed. Implemented by the server. */
export interface EventStore {
  /** Durable events with a number above `after`, oldest first; null where too many were missed and the client must reload. */
  since(workspace: string, after: number): Promise<readonly { seq: number; event: DurableEvent }[] | null>
  /** Number of the newest event; what a client without history starts from. */
  latest(workspace: string): Promise<number>
}
