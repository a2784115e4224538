/** One Yjs socket: what goes out, how fast may come in, and how it ends. It knows nothing of documents. */
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Limits } from './limits.ts'
import { TokenBucket } from './token-bucket.ts'
import { closeCodes, type CloseCode } from './wire/close-codes.ts'

export interface ConnectionDeps {
  readonly limits: Limits
  now(): number
}

export interface ConnectionListener {
  frame(bytes: Uint8Array): void
  closed(): void
  /** A slow reader has taken what it was sent. */
  drained(): void
}

/** How long a peer may take over the closing handshake. */
const CLOSING_MS = 1_000

/**
 * Created paused: nothing is read until `listen()`, so that whoever is not identified yet cannot make us buffer. What `ws` has read
 * already, one chunk at most, waits in a queue.
 */
export class Connection {
  readonly #socket: WebSocket
  readonly #raw: Socket
  readonly #deps: ConnectionDeps
  readonly #messages: TokenBucket
  readonly #bytes: TokenBucket
  readonly #early: Uint8Array[] = []
  #listener: ConnectionListener | null = null
  #heardAt: number
  #throttledSince: number | null = null
  #resuming: NodeJS.Timeout | null = null
  #resumeAt = 0
  /** Bytes on their way that are shared with other connections, and so cost nothing. */
  #sharedBytes = 0
  #isSlow = false
  #isClosing = false

  /** Call in the same tick as the upgrade: a WebSocket without an `error` listener ends the process at the first bad frame. */
  constructor(socket: WebSocket, raw: Socket, deps: ConnectionDeps) {
    this.#socket = socket
    this.#raw = raw
    this.#deps = deps
    const { limits } = deps
    const now = deps.now()
    this.#heardAt = now
    this.#messages = new TokenBucket(limits.messageRate, limits.messageBurst, now)
    this.#bytes = new TokenBucket(limits.byteRate, limits.byteBurst, now)
    socket.on('error', () => undefined) // `ws` closes it with the code of the fault, and `close` follows.
    socket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary)) // Buffer: no other binaryType is set.
    socket.on('pong', () => this.#hear())
    socket.on('close', () => this.#end())
    raw.on('timeout', () => socket.terminate())
    socket.pause()
  }

  get isOpen(): boolean {
    return !this.#isClosing && this.#socket.readyState === this.#socket.OPEN
  }

  /** Bytes received so far: whether somebody is still sending. */
  get bytesReceived(): number {
    return this.#raw.bytesRead
  }

  /** Whether it takes less than it is sent; it gets nothing but its own replies until it has drained. */
  get isSlow(): boolean {
    return this.#isSlow
  }

  /** Calls back once, when the socket is closed: at once when it is. */
  whenClosed(closed: () => void): void {
    if (this.#socket.readyState === this.#socket.CLOSED) closed()
    else this.#socket.once('close', closed)
  }

  /** Starts reading. */
  listen(listener: ConnectionListener): void {
    if (!this.isOpen) return listener.closed()
    this.#listener = listener
    for (const frame of this.#early.splice(0)) if (this.isOpen) listener.frame(frame)
    this.#heardAt = this.#deps.now()
    if (this.#resuming === null) this.#socket.resume()
  }

  /** Sends one frame. One that is `shared` is held once in memory for all who get it. */
  send(frame: Uint8Array, { shared = false } = {}): void {
    if (!this.isOpen) return
    if (shared) this.#sharedBytes += frame.length
    this.#socket.send(frame, { binary: true }, () => {
      if (shared) this.#sharedBytes -= frame.length
      this.#noticeDrained()
    })
    this.#noticeSlow()
  }

  /** Says that we are alive, and finds out whether the peer is. */
  beat(heartbeat: Uint8Array): void {
    if (!this.isOpen) return
    const isReading = this.#listener !== null && this.#resuming === null
    if (isReading && this.#deps.now() - this.#heardAt > this.#deps.limits.silenceMs) return this.#socket.terminate()
    this.send(heartbeat)
    this.#socket.ping()
  }

  /** Counts work that a frame made beyond its size, as so many messages. */
  charge(messages: number): void {
    this.#slowDown(this.#messages.take(messages, this.#deps.now()))
  }

  close(code: CloseCode, reason: string): void {
    if (!this.isOpen) return
    this.#isClosing = true
    this.#socket.close(code, reason)
    this.#socket.resume() // A paused socket would never see the answer.
    setTimeout(() => this.#socket.terminate(), CLOSING_MS).unref()
  }

  /** Ends it without a word: the peer has another connection by now, or does not read. */
  drop(): void {
    this.#isClosing = true
    this.#socket.terminate()
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (!this.isOpen) return
    this.#hear()
    if (!isBinary) return this.close(closeCodes.unreadable, 'text frames are not part of the protocol')
    if (data.length > this.#deps.limits.frameBytes)
      return this.close(closeCodes.tooLarge, `${data.length} bytes in one frame`)
    const now = this.#deps.now()
    this.#slowDown(Math.max(this.#messages.take(1, now), this.#bytes.take(data.length, now)))
    if (this.#listener === null) this.#early.push(new Uint8Array(data))
    else this.#listener.frame(data)
  }

  #hear(): void {
    this.#heardAt = this.#deps.now()
  }

  /** Reads nothing for a while, which slows the peer down; closes who floods all the same. */
  #slowDown(waitMs: number): void {
    const now = this.#deps.now()
    if (waitMs === 0) {
      if (this.#resuming === null) this.#throttledSince = null
      return
    }
    this.#throttledSince ??= now
    if (now - this.#throttledSince > this.#deps.limits.abuseMs) return this.close(closeCodes.abuse, 'too many messages')
    this.#resumeAt = now + waitMs
    this.#socket.pause()
    if (this.#resuming === null) this.#resumeLater(waitMs)
  }

  /** What was read before the pause may add to the debt. */
  #resumeLater(waitMs: number): void {
    this.#resuming = setTimeout(() => {
      this.#resuming = null
      const rest = this.#resumeAt - this.#deps.now()
      if (rest > 0) return this.#resumeLater(rest)
      this.#hear() // Its answers to our pings lie unread.
      if (this.#listener !== null) this.#socket.resume()
    }, waitMs)
  }

  #backlog(): number {
    return this.#socket.bufferedAmount - this.#sharedBytes
  }

  #noticeSlow(): void {
    const { backlogBytes, stalledMs } = this.#deps.limits
    if (this.#isSlow || this.#backlog() <= backlogBytes) return
    this.#isSlow = true
    // Node restarts this clock while bytes leave, however slowly.
    this.#raw.setTimeout(stalledMs)
  }

  #noticeDrained(): void {
    if (!this.#isSlow || !this.isOpen || this.#backlog() > this.#deps.limits.backlogBytes / 4) return
    this.#isSlow = false
    this.#raw.setTimeout(0)
    this.#listener?.drained()
  }

  #end(): void {
    if (this.#resuming !== null) clearTimeout(this.#resuming)
    this.#isClosing = true
    this.#early.length = 0
    const listener = this.#listener
    this.#listener = null
    listener?.closed()
  }
}
