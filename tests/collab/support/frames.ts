/** Frames as a client writes them, honest or not. */
import * as encoding from 'lib0/encoding'
import { messageTypes, syncTypes } from '#collab/wire/messages.ts'

export function syncFrame(type: keyof typeof syncTypes, payload: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, messageTypes.sync)
    encoding.writeVarUint(encoder, syncTypes[type])
    encoding.writeVarUint8Array(encoder, payload)
  })
}

export type PresenceEntry = readonly [client: number, clock: number, json: string]

export function awarenessFrame(entries: readonly PresenceEntry[]): Uint8Array {
  const payload = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, entries.length)
    for (const [client, clock, json] of entries) {
      encoding.writeVarUint(encoder, client)
      encoding.writeVarUint(encoder, clock)
      encoding.writeVarString(encoder, json)
    }
  })
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, messageTypes.awareness)
    encoding.writeVarUint8Array(encoder, payload)
  })
}

/** Bytes from numbers (varints), texts (with length) and raw bytes. */
export function bytesOf(...parts: readonly (number | string | Uint8Array)[]): Uint8Array {
  return encoding.encode((encoder) => {
    for (const part of parts) {
      if (typeof part === 'number') encoding.writeVarUint(encoder, part)
      else if (typeof part === 'string') encoding.writeVarString(encoder, part)
      else encoding.writeUint8Array(encoder, part)
    }
  })
}
