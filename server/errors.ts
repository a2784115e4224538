import type { ErrorKind } from './wire/errors.ts'

/** Everything the server refuses or fails at, other than what the API answers: see `Refusal`. */
export class ServerError extends Error {
  readonly kind: ServerErrorKind

  constructor(kind: ServerErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ServerError'
    this.kind = kind
  }
}

/** `internal` is our own fault; all other kinds are mended by the person who started the server, and the message says how. */
export type ServerErrorKind = 'settings' | 'port' | 'data-directory' | 'database' | 'internal'

/** A request that is answered with an error: what is wrong and what to do next, for programs and for people. */
export class Refusal extends Error {
  readonly kind: ErrorKind
  readonly field: string | undefined

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions & { field?: string }) {
    super(message, options)
    this.name = 'Refusal'
    this.kind = kind
    this.field = options?.field
  }
}
