/**
 * Everything collab refuses or fails at. The message of kind `internal` starts with `internal:`; all other kinds are the fault of
 * what was handed in, and the message says what to do next.
 */
export class CollabError extends Error {
  readonly kind: CollabErrorKind

  constructor(kind: CollabErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CollabError'
    this.kind = kind
  }
}

/** What an error says, for one line of a log: escaped and not too long. */
export function quote(error: unknown): string {
  return JSON.stringify((error instanceof Error ? error.message : String(error)).slice(0, 300))
}

export type CollabErrorKind = 'unreadable' | 'too-large' | 'bad-document' | 'no-document' | 'unavailable' | 'internal'
