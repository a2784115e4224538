/** Two texts side by side: what stays, what goes, what is new, word by word. */

export interface DiffWord {
  readonly kind: 'same' | 'gone' | 'new'
  readonly text: string
  /** Place in the text before, in the text after; null where it is in one of them only. */
  readonly before: number | null
  readonly after: number | null
}

/** Longer texts are compared as a common start, a changed middle and a common end. */
const mostCells = 4_000_000

/** The shortest list of changes that makes one list of words the other (longest common subsequence). */
export function diffWords(before: readonly string[], after: readonly string[]): readonly DiffWord[] {
  let first = 0
  while (first < before.length && first < after.length && before[first] === after[first]) first++
  let tail = 0
  const shorter = Math.min(before.length, after.length) - first
  while (tail < shorter && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  const [endBefore, endAfter] = [before.length - tail, after.length - tail]
  const middle = diffMiddle(before.slice(first, endBefore), after.slice(first, endAfter)).map((word) => ({
    ...word,
    before: word.before === null ? null : word.before + first,
    after: word.after === null ? null : word.after + first,
  }))
  const same = (from: number, shift: number, count: number): readonly DiffWord[] =>
    before
      .slice(from, from + count)
      .map((text, at) => ({ kind: 'same', text, before: from + at, after: from + at + shift }))
  return [...same(0, 0, first), ...middle, ...same(endBefore, endAfter - endBefore, tail)]
}

function diffMiddle(before: readonly string[], after: readonly string[]): readonly DiffWord[] {
  const gone = (at: number): DiffWord => ({ kind: 'gone', text: before[at] ?? '', before: at, after: null })
  const added = (at: number): DiffWord => ({ kind: 'new', text: after[at] ?? '', before: null, after: at })
  if (before.length * after.length > mostCells) {
    return [...before.map((_, at) => gone(at)), ...after.map((_, at) => added(at))]
  }
  const lengths = commonLengths(before, after)
  const width = after.length + 1
  const words: DiffWord[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      words.push({ kind: 'same', text: before[i] ?? '', before: i++, after: j++ })
    } else if (
      j === after.length ||
      (i < before.length && lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!)
    ) {
      words.push(gone(i++)) // inside the table: i < before.length
    } else words.push(added(j++))
  }
  return words
}

/** [before + 1, after + 1]: the longest common subsequence of what is left from there on. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array {
  const width = after.length + 1
  const lengths = new Uint32Array((before.length + 1) * width)
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const at = i * width + j
      lengths[at] =
        before[i] === after[j] ? lengths[at + width + 1]! + 1 : Math.max(lengths[at + width]!, lengths[at + 1]!) // inside the table
    }
  }
  return lengths
}
