/** What collab allows, in bytes, milliseconds and counts. Everything has a limit; these are the ones a test or a bench changes. */
export interface Limits {
  /** From connecting to knowing who it is. */
  readonly identifyMs: number
  /** Connections that are waiting to be identified, over all addresses. */
  readonly waitingSockets: number
  /** Yjs sockets of one person over all workspaces, and as many Socket.IO sockets. A tab holds one or two. */
  readonly socketsPerPerson: number
  /** Largest frame from a client; a larger one ends its connection for good. */
  readonly frameBytes: number
  /** Largest document, as encoded state. */
  readonly documentBytes: number
  /** Messages a second, and in one burst, before a connection is read more slowly. */
  readonly messageRate: number
  readonly messageBurst: number
  /** Bytes a second, and in one burst. */
  readonly byteRate: number
  readonly byteBurst: number
  /** How long a connection may run above its rates, being read more slowly, before it is closed. */
  readonly abuseMs: number
  /** Unsent bytes at which a slow reader gets no more, until it has caught up. */
  readonly backlogBytes: number
  /** A reader that takes nothing for so long is dropped. */
  readonly stalledMs: number
  /** Longest wait between two frames to a client. */
  readonly heartbeatMs: number
  /** Silence of a client after which it counts as gone. */
  readonly silenceMs: number
  /** Updates whose dependencies are missing are kept for so long, and so many bytes of them. */
  readonly pendingMs: number
  readonly pendingBytes: number
  /** Presence goes out in one frame per room and tick. */
  readonly presenceTickMs: number
  /** Updates are stored together, at the latest after this. */
  readonly commitMs: number
  /** First wait after a failed write, doubled each time up to the longest. */
  readonly retryMs: number
  readonly longestRetryMs: number
  /** Accepted but unstored bytes at which nothing more is accepted. */
  readonly unstoredBytes: number
  /** Stored updates, and their bytes, that are folded into one state. */
  readonly compactRows: number
  readonly compactBytes: number
  /** From the last client leaving to the document leaving memory. */
  readonly lingerMs: number
  /** Between two checks of everybody's rights. */
  readonly recheckMs: number
  /** Packets waiting for a Socket.IO client at which progress is dropped, and at which the client is. */
  readonly volatilePackets: number
  readonly waitingPackets: number
  /** How long `close()` waits for the journal. */
  readonly closeMs: number
}

export const defaultLimits: Limits = {
  identifyMs: 5_000,
  waitingSockets: 500,
  socketsPerPerson: 20,
  frameBytes: 8 << 20,
  documentBytes: 16 << 20,
  messageRate: 100,
  messageBurst: 1_000,
  byteRate: 2 << 20,
  byteBurst: 16 << 20,
  abuseMs: 60_000,
  backlogBytes: 1 << 20,
  stalledMs: 10_000,
  heartbeatMs: 10_000,
  silenceMs: 35_000,
  pendingMs: 10_000,
  pendingBytes: 8 << 20,
  presenceTickMs: 80,
  commitMs: 50,
  retryMs: 100,
  longestRetryMs: 5_000,
  unstoredBytes: 64 << 20,
  compactRows: 500,
  compactBytes: 1 << 20,
  lingerMs: 60_000,
  recheckMs: 60_000,
  volatilePackets: 4,
  waitingPackets: 2_000,
  closeMs: 1_000,
}
