/**
 * Named things in a text, and whether its source supports them: has the same thing in any spelling. What is looked for comes from
 * a lexicon; support is about the things and not about what is said of them.
 */
import { readNumber } from './entity-numbers.ts'
import type { Reading, TextToken } from './entity-numbers.ts'

export interface Entity {
  readonly type: string
  readonly text: string
  /** UTF-16 offsets: text.slice(start, end) is the entity. */
  readonly start: number
  readonly end: number
  /** The same for every spelling of one thing: nine and 9, Norway and Norwegian. */
  readonly key: string
}

export interface LabelledEntity extends Entity {
  readonly supported: boolean
}

/** A name of one or more words. */
export interface KnownPhrase {
  readonly words: readonly string[]
  readonly type: string
  readonly key: string
}

export interface EntityLexicon {
  readonly phrases: readonly KnownPhrase[]
  readonly firstNames: ReadonlySet<string>
  readonly lastNames: ReadonlySet<string>
}

/** Finds entities; made once, used for many texts. */
export interface EntityFinder {
  readonly find: (text: string) => Entity[]
}

/** Words and numbers: what the phrases of a lexicon are made of. */
export const tokenizeNames = (text: string): TextToken[] =>
  [...text.matchAll(/\p{L}+|\d+(?:,\d{3})*(?:\.\d+)?/gu)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }))

export function openEntityFinder(lexicon: EntityLexicon): EntityFinder {
  const byFirstWord = new Map<string, KnownPhrase[]>()
  for (const phrase of lexicon.phrases.toSorted((a, b) => b.words.length - a.words.length)) {
    const first = phrase.words[0] ?? ''
    byFirstWord.set(first, [...(byFirstWord.get(first) ?? []), phrase])
  }
  return {
    find: (text) => {
      const tokens = tokenizeNames(text)
      const entities: Entity[] = []
      for (let index = 0; index < tokens.length;) {
        const reading =
          readNumber(text, tokens, index) ??
          readPhrase(text, tokens, index, byFirstWord) ??
          readPerson(text, tokens, index, lexicon)
        const [first, last] = [tokens[index]!, tokens[index + (reading?.length ?? 1) - 1]]
        if (reading !== null && last !== undefined) {
          const end = reading.end ?? last.end
          const { type, key } = reading
          entities.push({ type, text: text.slice(first.start, end), start: first.start, end, key })
        }
        index += reading?.length ?? 1
      }
      return entities
    },
  }
}

function readPhrase(
  text: string,
  tokens: readonly TextToken[],
  index: number,
  byFirstWord: ReadonlyMap<string, readonly KnownPhrase[]>,
): Reading | null {
  const found = byFirstWord.get(tokens[index]!.text)?.find(({ words }) =>
    words.every((word, offset) => {
      const token = tokens[index + offset]
      const before = tokens[index + offset - 1]
      return token?.text === word && (offset === 0 || text.slice(before!.end, token.start) === ' ')
    }),
  )
  return found === undefined ? null : { type: found.type, key: found.key, length: found.words.length }
}

/** A first name, a last name, or both: `Clara Maddern`, with half a name as `Clara ` or ` Maddern`. */
function readPerson(
  text: string,
  tokens: readonly TextToken[],
  index: number,
  { firstNames, lastNames }: EntityLexicon,
): Reading | null {
  const [token, next] = [tokens[index]!, tokens[index + 1]]
  if (firstNames.has(token.text)) {
    const isFull = next !== undefined && lastNames.has(next.text) && text.slice(token.end, next.start) === ' '
    if (isFull) return { type: 'person', key: `${token.text} ${next.text}`, length: 2 }
    return { type: 'person', key: `${token.text} `, length: 1 }
  }
  return lastNames.has(token.text) ? { type: 'person', key: ` ${token.text}`, length: 1 } : null
}

/** Entities of a text, each with whether the source supports it. */
export function labelEntities(finder: EntityFinder, source: string, text: string): LabelledEntity[] {
  const known = finder.find(source)
  return finder.find(text).map((entity) => ({ ...entity, supported: isSupported(known, entity) }))
}

function isSupported(source: readonly Entity[], entity: Entity): boolean {
  const same = source.filter(({ type }) => type === entity.type)
  if (same.some(({ key }) => key === entity.key)) return true
  if (entity.type === 'person') return same.some(({ key }) => isSamePerson(key, entity.key))
  if (entity.type === 'role') return same.some(({ key }) => key.endsWith(` ${entity.key}`))
  if (entity.type === 'town') {
    return source.some(({ type, key }) => type === 'organisation' && key.startsWith(`${entity.key} `))
  }
  const month = /^month( .*)$/.exec(entity.key)?.[1]
  return month !== undefined && same.some(({ key }) => key.endsWith(month))
}

/** A name in full needs its last name under the same first name or none; half a name needs only its half. */
function isSamePerson(known: string, asked: string): boolean {
  const [first = '', last = ''] = asked.split(' ')
  const [knownFirst = '', knownLast = ''] = known.split(' ')
  if (last === '') return knownFirst === first
  return knownLast === last && (first === '' || knownFirst === '')
}
