/** What travels over Socket.IO (path `/rt`, one room per workspace). */
import { z } from 'zod'
import { identifier } from './identifiers.ts'

export const socketPath = '/rt'

/**
 * `auth` of the handshake. `after` is the last durable event the client has seen, or the number it was given by `ready`; what came
 * later is sent at once. null: the client knows nothing yet, and fetches what it shows after `ready`.
 */
export const handshake = z.strictObject({ workspace: identifier, after: z.number().int().min(0).nullable() })
export type Handshake = z.infer<typeof handshake>

export const runKey = z.string().regex(/^[0-9a-f]{64}$/)

export const progress = z.strictObject({
  stage: z.string().max(80),
  done: z.number().min(0),
  total: z.number().min(0),
  /** Units of `done` per second, over the last seconds; null until measured. */
  rate: z.number().min(0).nullable(),
  /** Seconds left at that rate. */
  eta: z.number().min(0).nullable(),
})
export type ProgressEvent = z.infer<typeof progress>

/** Durable: numbered, stored, replayed. Large results are fetched by HTTP; the event carries ids only. */
export const durableEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('run-queued'), key: runKey, kind: z.string(), by: identifier.nullable() }),
  z.strictObject({ type: z.literal('run-done'), key: runKey, result: runKey.nullable() }),
  z.strictObject({ type: z.literal('run-failed'), key: runKey, message: z.string() }),
  z.strictObject({ type: z.literal('run-cancelled'), key: runKey, by: identifier.nullable() }),
  z.strictObject({ type: z.literal('outputs-changed'), instances: z.array(identifier).max(1000) }),
  z.strictObject({ type: z.literal('workspace-changed') }),
  z.strictObject({ type: z.literal('workspace-deleted') }),
])
export type DurableEvent = z.infer<typeof durableEvent>

/** Volatile: dropped for a client that cannot keep up. */
export const progressEvent = z.strictObject({ key: runKey, progress })

/** Part of a result while it is refined: a safetensors file as bytes, named like the final result plus `targets` [K] (I32). */
export const partialEvent = z.strictObject({ key: runKey, converged: z.number().int(), total: z.number().int() })

export const notice = z.strictObject({ level: z.enum(['info', 'warn', 'error']), text: z.string().max(500) })
export type Notice = z.infer<typeof notice>

/** Message of the `connect_error` of a client that is not let in. It tries again by itself after `busy` only. */
export const refusals = ['signed-out', 'no-access', 'no-workspace', 'bad-handshake', 'too-many-tabs', 'busy'] as const
export type RefusedHandshake = (typeof refusals)[number]

/**
 * Sent once per connection, before any event. `seq` is the newest number that what follows builds on. With `reload` so much was
 * missed that the client fetches everything anew.
 */
export const ready = z.strictObject({ seq: z.number().int().min(0), reload: z.boolean() })
export type Ready = z.infer<typeof ready>

export interface ServerToClient {
  ready(ready: Ready): void
  durable(seq: number, event: DurableEvent): void
  progress(event: z.infer<typeof progressEvent>): void
  partial(event: z.infer<typeof partialEvent>, bytes: ArrayBuffer): void
  notice(notice: Notice): void
}

/** Nothing yet: all a client wants goes over HTTP, where it can be refused with a reason. Who sends an event is disconnected. */
export type ClientToServer = Record<string, never>
