/** A text as PostgreSQL can store it: without NUL and without halves of surrogate pairs, each replaced by U+FFFD. */
export function storable(text: string): string {
  return text.replaceAll(/[\0\p{Cs}]/gu, '\ufffd')
}

/** A text for one line of a log: control and format characters escaped, cut at 500 characters. */
export function printable(text: string): string {
  const escaped = text
    .slice(0, 500)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
  return text.length > 500 ? `${escaped}…` : escaped
}

/** An error with its stack and causes, for the log. */
export function printableTrace(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error))
  const lines = (error.stack ?? error.message).split('\n').map(printable).join('\n')
  return error.cause === undefined ? lines : `${lines}\ncaused by ${printableTrace(error.cause)}`
}

/** A value as JSON that PostgreSQL can store: the same replacements, in names and in values. */
export function storableJson(value: unknown): string {
  // JSON.stringify escapes NUL and lone halves and nothing else in this way; other escapes are passed over, `\\\\` among them.
  return JSON.stringify(value).replaceAll(/\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escape, what: string) =>
    what.length > 1 ? '\ufffd' : escape,
  )
}
