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

export type CollabErrorKind = 'bad-document' | 'no-document' | 'unavailable' | 'closed' | 'internal'
