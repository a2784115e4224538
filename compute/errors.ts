/**
 * Everything compute refuses or fails at. `cancelled` and `crashed` are events; the message of kind `internal` starts with
 * `internal:`; all other kinds are a user's error, whose message says what to do next.
 */
export class ComputeError extends Error {
  readonly kind: ComputeErrorKind

  constructor(kind: ComputeErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ComputeError'
    this.kind = kind
  }
}

export type ComputeErrorKind =
  | 'bad-checkpoint'
  | 'unsupported'
  | 'bad-input'
  | 'too-long'
  | 'shape-mismatch'
  | 'device'
  | 'hub'
  | 'network'
  | 'cancelled'
  | 'crashed'
  | 'internal'

/** Whether the person who asked can mend it (exit code 2, HTTP 4xx). */
export function isUserError(error: unknown): error is ComputeError {
  return error instanceof ComputeError && !['cancelled', 'crashed', 'internal'].includes(error.kind)
}
