import type { ErrorKind } from '#server/wire/errors.ts'

/** `offline`: the server did not answer. `unreadable`: it answered with something this version does not understand. */
export type WebErrorKind = ErrorKind | 'offline' | 'unreadable' | 'bad-file'

/** Everything the web page fails at; the message says to a person what happened and what to do next. */
export class WebError extends Error {
  readonly kind: WebErrorKind
  /** Where in the request the fault lies, as the server says. */
  readonly field: string | null

  constructor(kind: WebErrorKind, message: string, options: ErrorOptions & { field?: string } = {}) {
    super(message, options)
    this.name = 'WebError'
    this.kind = kind
    this.field = options.field ?? null
  }
}

/** The sentence to show for anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof WebError) return error.message
  return `Something went wrong in this page: ${error instanceof Error ? error.message : String(error)}. Reload to go on.`
}
