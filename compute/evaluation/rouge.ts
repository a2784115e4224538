/**
 * ROUGE (Lin 2004) as rouge-score 0.1.2 computes it: lower-case words of a to z and digits, with stemming where asked.
 */
import { stem } from './porter-stemmer.ts'
import { countEach, countShared, ngrams } from './words.ts'

/** Shares between 0 and 1. */
export interface RougeScore {
  readonly precision: number
  readonly recall: number
  readonly f: number
}

export interface RougeScores {
  readonly rouge1: RougeScore
  readonly rouge2: RougeScore
  readonly rougeL: RougeScore
  /** Sentences are lines. Of texts of one line it is ROUGE-L. */
  readonly rougeLsum: RougeScore
}

/** Compares a hypothesis with its reference. */
export function rouge(hypothesis: string, reference: string, stemming = false): RougeScores {
  const [found, wanted] = [tokenize(hypothesis, stemming), tokenize(reference, stemming)]
  return {
    rouge1: ofGrams(found, wanted, 1),
    rouge2: ofGrams(found, wanted, 2),
    rougeL: scoreOf(commonWords(wanted, found).length, found.length, wanted.length),
    rougeLsum: ofLines(tokenizeLines(hypothesis, stemming), tokenizeLines(reference, stemming)),
  }
}

type Words = readonly string[]

function tokenize(text: string, stemming: boolean): Words {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? []
  return stemming ? words.map((word) => (word.length > 3 ? stem(word) : word)) : words
}

const tokenizeLines = (text: string, stemming: boolean): readonly Words[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => tokenize(line, stemming))

function scoreOf(shared: number, found: number, wanted: number): RougeScore {
  const [precision, recall] = [shared / Math.max(1, found), shared / Math.max(1, wanted)]
  return { precision, recall, f: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0 }
}

function ofGrams(found: Words, wanted: Words, order: number): RougeScore {
  const shared = countShared(countEach(ngrams(wanted, order, ' ')), countEach(ngrams(found, order, ' ')))
  return scoreOf(shared, Math.max(0, found.length - order + 1), Math.max(0, wanted.length - order + 1))
}

/** Positions in `wanted` of one longest common subsequence; of several, the one the reference's walk back finds. */
function commonWords(wanted: Words, found: Words): readonly number[] {
  const width = found.length + 1
  const lengths = new Int32Array((wanted.length + 1) * width)
  const at = (i: number, j: number): number => lengths[i * width + j]!
  for (let i = 1; i <= wanted.length; i++) {
    for (let j = 1; j <= found.length; j++) {
      const isSame = wanted[i - 1] === found[j - 1]
      lengths[i * width + j] = isSame ? at(i - 1, j - 1) + 1 : Math.max(at(i - 1, j), at(i, j - 1))
    }
  }
  const positions: number[] = []
  for (let [i, j] = [wanted.length, found.length]; i > 0 && j > 0;) {
    if (wanted[i - 1] === found[j - 1]) {
      positions.push(--i)
      j -= 1
    } else if (at(i, j - 1) > at(i - 1, j)) j -= 1
    else i -= 1
  }
  return positions.toReversed()
}

/** Union of the common subsequences of each wanted line with all found lines; no word counts more often than it occurs. */
function ofLines(found: readonly Words[], wanted: readonly Words[]): RougeScore {
  const [left, open] = [found, wanted].map((lines) => new Map(countEach(lines.flat()))) as [Counts, Counts]
  let shared = 0
  for (const line of wanted) {
    const positions = new Set(found.flatMap((other) => commonWords(line, other)))
    for (const position of [...positions].sort((a, b) => a - b)) {
      const word = line[position]!
      const [available, needed] = [left.get(word) ?? 0, open.get(word) ?? 0]
      if (available === 0 || needed === 0) continue
      shared += 1
      left.set(word, available - 1)
      open.set(word, needed - 1)
    }
  }
  return scoreOf(shared, found.flat().length, wanted.flat().length)
}

type Counts = Map<string, number>
