/**
 * What travels on the Yjs socket: one message per binary frame, its type first as a varint. Types 0 and 1 are those of
 * y-protocols; the server alone sends ours, from 100 up, and takes from a client nothing but 0 and 1.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { z } from 'zod'
import type { DocumentName } from './identifiers.ts'

export const messageTypes = {
  /** Then a varint of `syncTypes`, then its bytes with their length before them. */
  sync: 0,
  /** Then an update of y-protocols' awareness, with its length before it. */
  awareness: 1,
  /** Then a varint: how many of the sync step 2 and update frames of this connection, from its first on, are settled. */
  saved: 100,
  /** Then a string: the epoch of the document. Comes before anything else. */
  epoch: 101,
  /** Nothing follows. A client that hears nothing for 30 s takes the connection for dead. */
  heartbeat: 102,
  /** Then a `documentStatus` as JSON. Comes after the epoch and whenever it changes. */
  status: 103,
} as const

export const syncTypes = { step1: 0, step2: 1, update: 2 } as const

/**
 * What a client should know about its connection. A settled frame is durable unless it was refused: nothing is lost silently
 * while `refused` is 0.
 */
export const documentStatus = z.strictObject({
  /** Whether this person's edits are accepted. */
  writable: z.boolean(),
  /** `failing`: edits are accepted and passed on, but the server cannot store them at the moment. */
  storage: z.enum(['ok', 'failing']),
  /** Frames of this connection that were dropped because the person may not write. */
  refused: z.number().int().min(0),
})
export type DocumentStatus = z.infer<typeof documentStatus>

/** Query of the socket's address. */
export const connectionQuery = z.object({
  /** Client id of the awareness instance (which is that of its Y.Doc): presence is accepted under this id only. */
  client: z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .refine((client) => client <= 0xffff_ffff),
  /** Epoch of the history that the client holds; left out before the first announcement. */
  epoch: z.string().min(1).max(80).optional(),
})
export type ConnectionQuery = z.infer<typeof connectionQuery>

export const syncPath = '/yjs'

/** Address of a document's socket, without the query. */
export const documentPath = (workspace: string, document: DocumentName): string =>
  `${syncPath}/${workspace}/${document}`

export function encodeSaved(settled: number): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, messageTypes.saved)
    encoding.writeVarUint(encoder, settled)
  })
}

/** Reads what follows the type; so do the next two. */
export const readSaved = (decoder: decoding.Decoder): number => decoding.readVarUint(decoder)

export function encodeEpoch(epoch: string): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, messageTypes.epoch)
    encoding.writeVarString(encoder, epoch)
  })
}

export const readEpoch = (decoder: decoding.Decoder): string => decoding.readVarString(decoder)

export const encodeHeartbeat = (): Uint8Array =>
  encoding.encode((encoder) => encoding.writeVarUint(encoder, messageTypes.heartbeat))

export function encodeStatus(status: DocumentStatus): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, messageTypes.status)
    encoding.writeVarString(encoder, JSON.stringify(status))
  })
}

/** Throws a ZodError or a SyntaxError on what is no status. */
export const readStatus = (decoder: decoding.Decoder): DocumentStatus =>
  documentStatus.parse(JSON.parse(decoding.readVarString(decoder)))
