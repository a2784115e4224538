/** @typedef {'usage' | 'npm' | 'network' | 'disk' | 'permission' | 'packages' | 'build' | 'browser' | 'database'} HouseErrorKind */

/** Everything that can go wrong before Coattend itself runs. The message is one line and says what to do next. */
export class HouseError extends Error {
  /**
   * @param {HouseErrorKind} kind
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(kind, message, options) {
    super(message, options)
    this.name = 'HouseError'
    this.kind = kind
  }
}

/**
 * The house error for a failed file operation, or null where the failure has another cause.
 * @param {unknown} error
 * @param {string} place
 */
export function explainFileError(error, place) {
  const code = /** @type {NodeJS.ErrnoException} */ (error)?.code
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new HouseError('disk', `no space left in ${place} (${code}): free some and run this again`, { cause: error })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new HouseError(
      'permission',
      `cannot write to ${place} (${code}): make it writable for this user, or use another copy`,
      {
        cause: error,
      },
    )
  return null
}
