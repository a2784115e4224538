/** A command line that cannot be followed; the message says what would be right. Exit code 2. */
export class UsageError extends Error {
  readonly kind = 'usage'

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UsageError'
  }
}
