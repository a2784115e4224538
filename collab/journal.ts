import type { DocumentName } from './wire/identifiers.ts'

/** One update of one document, in the order it was accepted. */
export interface JournalEntry {
  readonly workspace: string
  readonly document: DocumentName
  readonly epoch: string
  readonly update: Uint8Array
  /** Person id of the author; null for the server. */
  readonly actor: string | null
}

/** What is stored of a document: the state up to `seq`, then the updates after it. */
export interface StoredDocument {
  /** Changes when the history is replaced; clients with another epoch must not merge into this one. */
  readonly epoch: string
  readonly state: Uint8Array | null
  readonly updates: readonly Uint8Array[]
  /** Number of the last update held in `state` and `updates`. */
  readonly seq: number
}

/** The storage port of the Yjs rooms. Implemented by the server over its database. */
export interface Journal {
  /** null where the document does not exist: nothing is ever created because somebody connected. */
  load(workspace: string, document: DocumentName): Promise<StoredDocument | null>
  /**
   * Stores a document and its first state under a new epoch, in place of one that exists already, whose updates are loaded no more.
   * Returns the epoch.
   */
  create(workspace: string, document: DocumentName, state: Uint8Array): Promise<string>
  /**
   * Appends in order, in one transaction, and resolves once all is durable: with the number of each entry, rising within a document.
   * Rejects as a whole, storing nothing, when a document does not exist or has another epoch by now.
   */
  append(entries: readonly JournalEntry[]): Promise<readonly number[]>
  /** Replaces the updates up to `seq` by one state, in one transaction; later updates stay. Does nothing when the document has another epoch by now. */
  compact(workspace: string, document: DocumentName, epoch: string, seq: number, state: Uint8Array): Promise<void>
}
