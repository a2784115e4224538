/** Texts as Python's string functions cut them: the packages whose numbers these are agree to the last word. */

/** What Python calls white space; JavaScript's `\s` differs in U+FEFF, U+0085 and the separators U+001C to U+001F. */
// oxlint-disable-next-line no-control-regex -- the separators are meant
const pythonSpace = /[\t-\r\u001c- \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u

/** The words of a text, split as Python's `str.split()` does. */
export const splitWords = (text: string): readonly string[] => text.split(pythonSpace).filter((word) => word !== '')

/** A text without white space at its end, as Python's `str.rstrip()`; a loop, since a pattern would look at every run of it. */
export function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && pythonSpace.test(text[end - 1]!)) end -= 1
  return text.slice(0, end)
}

/** How often each entry occurs. */
export function countEach(entries: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const entry of entries) counts.set(entry, (counts.get(entry) ?? 0) + 1)
  return counts
}

/** Every run of `size` entries, joined. */
export function* ngrams(entries: readonly string[], size: number, joint: string): Generator<string> {
  for (let i = 0; i + size <= entries.length; i++) yield entries.slice(i, i + size).join(joint)
}

/** How many entries two counts share. */
export function countShared(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let shared = 0
  for (const [entry, count] of a) shared += Math.min(count, b.get(entry) ?? 0)
  return shared
}
