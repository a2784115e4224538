/** The Y.Doc of a room, with what Yjs leaves to its user: refusing what would harm it, and not encoding it twice. */
import * as Y from 'yjs'
import { CollabError } from './errors.ts'
import { inspectUpdate, type ClockRange, type Inspection } from './inspection.ts'
import type { Layout } from './layout.ts'

/** Steps that integrating one update may take in the worst case; see `isCheap`. About half a second, at 450 ns measured for each. */
const MOST_STEPS = 1_000_000
/** New clients in one update. An honest one brings its own, or after a crash of the server those of the people who were there. */
const MOST_NEW_CLIENTS = 256

export interface Change {
  readonly update: Uint8Array
  /** State vector from before the change, encoded when asked for. */
  before(): Uint8Array
}

export class SharedState {
  readonly #doc = new Y.Doc()
  readonly #layout: Layout
  readonly #mostBytes: number
  #encoded: Uint8Array | null = null
  /** Upper bound of the encoded size. */
  #bytes = 0

  constructor(layout: Layout, mostBytes: number) {
    this.#layout = layout
    this.#mostBytes = mostBytes
    for (const name of layout.names) {
      if (layout.kind === 'text') this.#doc.getText(name)
      else this.#doc.getMap(name)
    }
    this.#doc.on('update', (update: Uint8Array) => {
      this.#encoded = null
      this.#bytes += update.length
    })
  }

  /** Takes in what was stored, which was checked before it was. Returns whether all of it could be used. */
  load(parts: readonly Uint8Array[]): boolean {
    this.#doc.transact(() => {
      for (const part of parts) Y.applyUpdate(this.#doc, part)
    })
    this.#bytes = parts.reduce((sum, part) => sum + part.length, 0)
    return !this.#dropPending()
  }

  /** Calls back for every change from now on. `origin` is what `apply` was given. */
  listen(changed: (change: Change, origin: unknown) => void): void {
    this.#doc.on('update', (update: Uint8Array, origin: unknown, _doc: Y.Doc, transaction: Y.Transaction) =>
      changed({ update, before: () => Y.encodeStateVector(transaction.beforeState) }, origin),
    )
  }

  /** Reads an update. Throws a CollabError `unreadable`, or `too-large` where it asks for too much memory. */
  inspect(update: Uint8Array): Inspection {
    const inspection = inspectUpdate(update, this.#layout)
    if (this.#newClients(inspection) > MOST_NEW_CLIENTS)
      throw new CollabError('too-large', 'an update of too many clients at once')
    // Deleting must stay possible in a document that is full.
    if (inspection.structs > 0 && this.#bytes + update.length > this.#mostBytes) {
      this.#bytes = this.encode().length
      const bytes = this.#bytes + update.length
      if (bytes > this.#mostBytes)
        throw new CollabError('too-large', `a document of ${bytes} bytes; at most ${this.#mostBytes} are kept`)
    }
    return inspection
  }

  /** Whether everything that an update builds on is there, and what it adds is not `foreign`. */
  isReady(inspection: Inspection, foreign: (client: number) => boolean): boolean {
    for (const [client, range] of inspection.ranges) {
      const reached = this.reached(client)
      if (range.from > reached || (range.to > reached && foreign(client))) return false
    }
    for (const [client, clock] of inspection.needs) {
      if (clock > Math.max(this.reached(client), inspection.ranges.get(client)?.to ?? 0)) return false
    }
    return true
  }

  /** Whether all that an update says is known here. */
  isKnown(inspection: Inspection): boolean {
    for (const [client, range] of inspection.ranges) if (range.to > this.reached(client)) return false
    for (const [client, ranges] of inspection.deletes) {
      if (!ranges.every((range) => this.#isDeleted(client, range))) return false
    }
    return true
  }

  /**
   * Whether applying an update takes no time worth speaking of, whatever is in it. To find its place, Yjs may walk each new struct
   * past all that stand in the same list (a text, or the history of one key), those of the same update included.
   */
  isCheap({ structs }: Inspection): boolean {
    if (structs * (this.#countStructs() + structs) <= MOST_STEPS) return true
    return this.#layout.kind === 'maps' && structs * (this.#longestHistory() + structs) <= MOST_STEPS
  }

  /** Applies an update that is ready. Throws a CollabError `unreadable` where Yjs cannot use it after all. */
  apply(update: Uint8Array, origin: unknown): void {
    try {
      Y.applyUpdate(this.#doc, update, origin)
    } catch (cause) {
      this.#dropPending()
      throw new CollabError('unreadable', 'an update that contradicts the document', { cause })
    }
    // Two structs that wait for each other pass every other check.
    if (this.#dropPending()) throw new CollabError('unreadable', 'an update whose parts wait for each other')
  }

  /** The whole state; encoded once per change. */
  encode(): Uint8Array {
    this.#encoded ??= Y.encodeStateAsUpdate(this.#doc)
    this.#bytes = this.#encoded.length
    return this.#encoded
  }

  /** What somebody with this state vector lacks. */
  encodeSince(vector: Uint8Array): Uint8Array {
    return Y.encodeStateAsUpdate(this.#doc, vector)
  }

  vector(): Uint8Array {
    return Y.encodeStateVector(this.#doc)
  }

  close(): void {
    this.#doc.destroy()
  }

  /** The clock that a client's edits have reached. */
  reached(client: number): number {
    return Y.getState(this.#doc.store, client)
  }

  #newClients(inspection: Inspection): number {
    let count = 0
    for (const client of inspection.ranges.keys()) if (this.reached(client) === 0) count++
    return count
  }

  #countStructs(): number {
    let count = 0
    for (const structs of this.#doc.store.clients.values()) count += structs.length
    return count
  }

  #longestHistory(): number {
    let longest = 0
    for (const name of this.#layout.names) {
      // oxlint-disable-next-line eslint/no-underscore-dangle -- Yjs shows the history of a key nowhere else
      for (const item of this.#doc.getMap(name)._map.values()) {
        let length = 0
        for (let at: Y.Item | null = item; at !== null; at = at.left) length++
        longest = Math.max(longest, length)
      }
    }
    return longest
  }

  #isDeleted(client: number, { from, to }: ClockRange): boolean {
    const structs = this.#doc.store.clients.get(client)
    if (structs === undefined || to > this.reached(client)) return false
    for (let i = Y.findIndexSS(structs, from); i < structs.length && structs[i]!.id.clock < to; i++) {
      if (!structs[i]!.deleted) return false
    }
    return true
  }

  /** Never keeps what waits for something: it would be encoded with the state, invisibly and for ever. */
  #dropPending(): boolean {
    const { store } = this.#doc
    const had = store.pendingStructs !== null || store.pendingDs !== null
    store.pendingStructs = null
    store.pendingDs = null
    return had
  }
}
