/** Merges of byte-pair vocabularies: which two pieces become one, the first merge first. */
import { ComputeError } from '#compute/errors.ts'

export type Merge = readonly [left: string, right: string]

const mostMerges = 2 ** 21
/** Sum of squared piece lengths; real vocabularies stay under 50 million. */
const mostWork = 2 ** 27

/**
 * The merges that a SentencePiece vocabulary implies: every way to cut a piece into two others, by the id of the whole and then by the length of
 * the left (transformers' `generate_merges`).
 */
export function generateMerges(ids: ReadonlyMap<string, number>): readonly Merge[] {
  const merges: Merge[] = []
  let work = 0
  for (const [piece] of [...ids].sort(([, a], [, b]) => a - b)) {
    work += piece.length ** 2
    if (work > mostWork) throw new ComputeError('bad-checkpoint', 'The pieces of the tokenizer are too long to be real')
    for (let cut = 1; cut < piece.length; cut++) {
      if (isLowSurrogate(piece.charCodeAt(cut))) continue
      const [left, right] = [piece.slice(0, cut), piece.slice(cut)]
      if (ids.has(left) && ids.has(right)) merges.push([left, right])
    }
  }
  return merges
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000

/** Parses a `merges.txt`: two pieces a line, a comment in the first. */
export function parseMergesText(text: string, file: string): readonly Merge[] {
  const lines = text.split('\n')
  if (lines.length > mostMerges)
    throw new ComputeError('bad-checkpoint', `${file} has ${lines.length} lines, more than ${mostMerges}`)
  const merges: Merge[] = []
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('#version') || line.trim() === '') continue
    const [left, right, ...more] = line.trimEnd().split(' ')
    if (!left || !right || more.length > 0) {
      throw new ComputeError('bad-checkpoint', `${file}: line ${index + 1} is not two pieces. Fetch the file again`)
    }
    merges.push([left, right])
  }
  return merges
}
