/** Where the sentences of a text begin, by the rules of Unicode (UAX 29), less the breaks after initials and short titles. */

/** "Mr.", "St.", "J.": a full stop after these ends no sentence. */
const shortened = /(?:^|[\s("“])\p{Lu}\p{Ll}{0,2}\.["”’)]*\s*$/u

/** UTF-16 offsets of the first character of each sentence, rising from 0. */
export function sentenceStarts(text: string): readonly number[] {
  const starts: number[] = []
  let before = ''
  for (const { segment, index } of new Intl.Segmenter(undefined, { granularity: 'sentence' }).segment(text)) {
    if (starts.length === 0 || before.includes('\n') || !shortened.test(before)) starts.push(index)
    before = segment
  }
  return starts
}

/** The sentence, counted from 0, that a character belongs to. */
export function sentenceAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return Math.max(0, low - 1)
}
