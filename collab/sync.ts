/** The frames of the Yjs socket: those of y-protocols in both directions, and ours to the client (see `wire/messages.ts`). */
import * as encoding from 'lib0/encoding'
import { bytesLeft, expectEnd, openBytes, readBytes, readUint, skipBytes, unreadable, type Decoder } from './bytes.ts'
import { messageTypes, syncTypes } from './wire/messages.ts'

/** What a client may say. */
export type Frame =
  | { readonly kind: 'ask'; readonly vector: Uint8Array }
  /** `isAnswer`: to our question; it holds everything that we lack. */
  | { readonly kind: 'edit'; readonly update: Uint8Array; readonly isAnswer: boolean }
  /** What it says of its own presence, as JSON; null when it says nothing of it. */
  | { readonly kind: 'presence'; readonly state: Uint8Array | null }

/** Largest presence of one client, as JSON. */
const MOST_PRESENCE_BYTES = 4 << 10
/** y-websocket 3.1.0 sends back what it hears of others, so a frame may hold everybody in a room. */
const MOST_PRESENCES = 2_000

/** Reads one frame of the client whose presence goes by `client`. Throws a CollabError `unreadable`. */
export function readFrame(bytes: Uint8Array, client: number): Frame {
  const decoder = openBytes(bytes)
  const type = readUint(decoder)
  if (type === messageTypes.sync) return readSyncFrame(decoder)
  if (type === messageTypes.awareness) return readPresenceFrame(decoder, client)
  throw unreadable(decoder, `a message of type ${type}`)
}

function readSyncFrame(decoder: Decoder): Frame {
  const type = readUint(decoder)
  const payload = readBytes(decoder)
  expectEnd(decoder)
  if (type === syncTypes.step1) return { kind: 'ask', vector: payload }
  if (type === syncTypes.step2) return { kind: 'edit', update: payload, isAnswer: true }
  if (type === syncTypes.update) return { kind: 'edit', update: payload, isAnswer: false }
  throw unreadable(decoder, `a sync message of type ${type}`)
}

/** Entries of other clients are stepped over: nobody speaks for another. */
function readPresenceFrame(outer: Decoder, client: number): Frame {
  const decoder = openBytes(readBytes(outer))
  expectEnd(outer)
  let state: Uint8Array | null = null
  for (let left = readUint(decoder, MOST_PRESENCES); left > 0; left--) {
    const speaker = readUint(decoder)
    readUint(decoder) // The client's clock: the server counts for itself.
    const length = readUint(decoder, MOST_PRESENCE_BYTES)
    const start = decoder.pos
    skipBytes(decoder, length)
    if (speaker === client) state = decoder.arr.subarray(start, decoder.pos)
  }
  if (bytesLeft(decoder) > 0) throw unreadable(decoder, 'more presences than announced')
  return { kind: 'presence', state }
}

export const encodeAsk = (vector: Uint8Array): Uint8Array => encodeSync(syncTypes.step1, vector)

/** The answer to a client's question; y-websocket takes it as the sign that it has everything. */
export const encodeAnswer = (update: Uint8Array): Uint8Array => encodeSync(syncTypes.step2, update)

export const encodeEdit = (update: Uint8Array): Uint8Array => encodeSync(syncTypes.update, update)

function encodeSync(type: number, payload: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, messageTypes.sync)
    encoding.writeVarUint(encoder, type)
    encoding.writeVarUint8Array(encoder, payload)
  })
}

/** One person's presence, or their leaving (null), ready to be put into a frame. */
export function encodePresence(client: number, clock: number, state: string | null): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, clock)
    encoding.writeVarString(encoder, state ?? 'null')
  })
}

/** Puts presences into one frame. */
export function encodePresences(entries: readonly Uint8Array[]): Uint8Array {
  const payload = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, entries.length)
    for (const entry of entries) encoding.writeUint8Array(encoder, entry)
  })
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, messageTypes.awareness)
    encoding.writeVarUint8Array(encoder, payload)
  })
}
