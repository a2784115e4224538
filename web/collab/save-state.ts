/** What the status bar says about unsaved work, from what is known of each open document. */

/** One document as its connection sees it. */
export interface DocumentStatus {
  readonly connected: boolean
  /** Whether everything the server has is here. */
  readonly synced: boolean
  /** Edits handed to the connection that the server has not confirmed as durable. */
  readonly unconfirmed: number
  /** Edits made while there was no connection. */
  readonly kept: number
  /** When the last confirmation came; null before the first. */
  readonly savedAt: number | null
  /** Why the connection ended for good; null while it stands or is tried again. */
  readonly ended: string | null
}

export const newDocumentStatus: DocumentStatus = {
  connected: false,
  synced: false,
  unconfirmed: 0,
  kept: 0,
  savedAt: null,
  ended: null,
}

export type SaveState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'saved'; readonly at: number | null }
  | { readonly kind: 'saving' }
  | { readonly kind: 'offline'; readonly changes: number }
  | { readonly kind: 'problem'; readonly text: string }

/** "Saved" is said only when the server has confirmed every edit of every document. */
export function saveStateOf(documents: readonly DocumentStatus[], everConnected: boolean): SaveState {
  const ended = documents.find((document) => document.ended !== null)
  if (ended?.ended) return { kind: 'problem', text: ended.ended }
  const waiting = documents.reduce((sum, document) => sum + document.kept + document.unconfirmed, 0)
  if (documents.some((document) => !document.connected)) {
    return everConnected ? { kind: 'offline', changes: waiting } : { kind: 'connecting' }
  }
  if (documents.some((document) => !document.synced)) return { kind: 'connecting' }
  if (waiting > 0) return { kind: 'saving' }
  const times = documents.flatMap((document) => document.savedAt ?? [])
  return { kind: 'saved', at: times.length === 0 ? null : Math.max(...times) }
}
