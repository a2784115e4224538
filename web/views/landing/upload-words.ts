/** What the page says about an uploaded folder, in words. */
import { count } from '#web/marks/numbers.ts'

/** "Not needed and left out: README.md, notes.txt and 3 others."; null where all are needed. */
export function describeLeftOut(
  upload: { readonly files: readonly object[]; readonly leftOut: readonly string[] } | null,
  chosen: number,
): string | null {
  const out = upload === null ? 0 : chosen - upload.files.length
  if (upload === null || out <= 0) return null
  const named = upload.leftOut.slice(0, 4)
  const more = out - named.length
  const others = more === 0 ? '' : `${count(more)} ${more === 1 ? 'file' : 'files'}`
  return `Not needed and left out: ${[named.join(', '), others].filter((part) => part !== '').join(' and ')}.`
}
