/** What a reader should look at twice: words of the output that the source does not have, that the model doubted, or that it copied. */
import type { InstanceReply } from '#server/wire/instances.ts'
import type { Piece } from '#web/marks/pieces.ts'
import { piecesOf, wordText } from '#web/marks/pieces.ts'
import { percent, probability } from '#web/marks/numbers.ts'

export interface Flag {
  /** `missing` "!": not in the source. `unsure` "?": less than an even chance. `copied` "=": verbatim. */
  readonly kind: 'missing' | 'unsure' | 'copied'
  /** The output tokens it is about. */
  readonly first: number
  readonly last: number
  /** Why, in a few words. */
  readonly reason: string
}

/** Below this probability of the token that was written, "model unsure": less than an even chance. */
export const unsureBelow = 0.5
/** Shorter runs of the same words are chance and grammar. */
const shortestCopy = 5
/** Where fewer words than this share are in the source, as in a translation, being absent says nothing. */
const leastShared = 0.5

/** Words that every English text has, whatever it is about. */
const common = new Set(
  (
    'about after again against also among another around because been before being between both could does down during each even ever ' +
    'every from further have having here however into itself just like made make many more most much near next once only other over same ' +
    'said says several should since some still such take taken than that their them then there these they this those through told took ' +
    'under until upon very were what when where which while whose will with within without would your'
  ).split(' '),
)

/** The flags of an instance's output; none before it is written. */
export function flagsOfInstance({ source, output }: Pick<InstanceReply, 'source' | 'output'>): readonly Flag[] {
  if (output === null) return []
  return flagsOf(
    piecesOf(source),
    piecesOf(output),
    output.steps.map((step) => Math.exp(step.logProb)),
  )
}

interface WordPlace {
  readonly key: string
  readonly first: number
  readonly last: number
}

/** The flags of an output, in order of their first token. `probabilities`: of each token when it was written. */
export function flagsOf(
  source: readonly Piece[],
  output: readonly Piece[],
  probabilities: readonly number[],
): readonly Flag[] {
  const [read, written] = [placesOf(source), placesOf(output)]
  return [...missing(read, written), ...unsure(output, probabilities), ...copied(read, written)].sort(
    (left, right) => left.first - right.first,
  )
}

/** The words of a text, without the marks around them and in lower case; special tokens and lone marks are none. */
function placesOf(pieces: readonly Piece[]): readonly WordPlace[] {
  const places: WordPlace[] = []
  let last = -1
  for (const piece of pieces) {
    if (piece.index <= last || piece.kind === 'special') continue
    last = piece.index
    while (pieces[last + 1]?.word === piece.word) last++
    const key = wordText(pieces, piece.index)
      .toLowerCase()
      .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
    if (key !== '') places.push({ key, first: piece.index, last })
  }
  return places
}

/** Words that stand for something: names, numbers, and words of four letters or more that are not in every text. */
const tells = ({ key }: WordPlace): boolean => /\p{N}/u.test(key) || (key.length >= 4 && !common.has(key))

/** The same beginning counts as the same word: "flood", "flooded". */
const stemOf = (key: string): string =>
  /\p{N}/u.test(key) ? key : key.slice(0, Math.max(4, Math.ceil(key.length * 0.6)))

function missing(read: readonly WordPlace[], written: readonly WordPlace[]): readonly Flag[] {
  const telling = written.filter(tells)
  const absent = telling.filter(({ key }) => !read.some((word) => word.key.startsWith(stemOf(key))))
  if (telling.length === 0 || 1 - absent.length / telling.length < leastShared) return []
  return absent.map(({ key, first, last }) => ({
    kind: 'missing',
    first,
    last,
    reason: /\p{N}/u.test(key)
      ? 'this number is not in the source'
      : `no word of the source begins with “${stemOf(key)}”`,
  }))
}

function unsure(output: readonly Piece[], probabilities: readonly number[]): readonly Flag[] {
  return output.flatMap(({ index }): Flag[] => {
    const chance = probabilities[index]
    if (chance === undefined || chance >= unsureBelow) return []
    const reason = `written with probability ${probability(chance)}, below ${percent(unsureBelow)}`
    return [{ kind: 'unsure', first: index, last: index, reason }]
  })
}

/** The longest runs of words that stand in the source in the same order. */
function copied(read: readonly WordPlace[], written: readonly WordPlace[]): readonly Flag[] {
  const flags: Flag[] = []
  for (let at = 0; at < written.length;) {
    const length = longestRun(read, written, at)
    if (length < shortestCopy) {
      at++
      continue
    }
    const [first, last] = [written[at]!.first, written[at + length - 1]!.last] // the run lies within
    flags.push({ kind: 'copied', first, last, reason: `${length} words in a row stand in the source` })
    at += length
  }
  return flags
}

function longestRun(read: readonly WordPlace[], written: readonly WordPlace[], at: number): number {
  let longest = 0
  for (let start = 0; start < read.length; start++) {
    let length = 0
    while (written[at + length] !== undefined && read[start + length]?.key === written[at + length]?.key) length++
    longest = Math.max(longest, length)
  }
  return longest
}

export const flagSigns = { missing: '!', unsure: '?', copied: '=' } as const
export const flagNames = { missing: 'not in the source', unsure: 'model unsure', copied: 'copied' } as const

/** What stands at the upper corner of which token: a flag about several tokens stands at the last. */
export function signsOf(flags: readonly Flag[]): ReadonlyMap<number, string> {
  const signs = new Map<number, string>()
  for (const { kind, last } of flags) signs.set(last, (signs.get(last) ?? '') + flagSigns[kind])
  return signs
}

/** The flag after or before a token, of those that ask for a look: copies do not. */
export function nextFlag(flags: readonly Flag[], at: number | null, forward: boolean): Flag | null {
  const asking = flags.filter(({ kind }) => kind !== 'copied')
  if (at === null) return (forward ? asking[0] : asking.at(-1)) ?? null
  if (forward) return asking.find(({ first }) => first > at) ?? null
  return asking.filter(({ first }) => first < at).at(-1) ?? null
}
