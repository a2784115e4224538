/**
 * A lexicon learned from the entities that a corpus was annotated with. It knows the names that occur there, first and last names
 * apart, plural and capital of roles, and which two names mean one thing where the annotation says so.
 */
import type { AnnotatedEntity } from '#compute/types.ts'
import { tokenizeNames } from './entities.ts'
import type { EntityLexicon, KnownPhrase } from './entities.ts'
import { months } from './entity-numbers.ts'

export interface LexiconBuilder {
  /** Learns from one row; rows may come in any order. */
  readonly add: (source: readonly AnnotatedEntity[], reference: readonly AnnotatedEntity[]) => void
  readonly build: () => EntityLexicon
}

export function openLexiconBuilder(): LexiconBuilder {
  const names = new Map<string, Set<string>>()
  const aliases = new Map<string, Map<string, number>>()
  const learn = ({ type, text }: AnnotatedEntity): void => {
    if (type === 'number') return // any number is found, seen or not
    names.set(type, (names.get(type) ?? new Set()).add(text))
  }
  return {
    add: (source, reference) => {
      for (const entity of [...source, ...reference]) learn(entity)
      for (const [text, other] of readAliases(source, reference).flatMap(([a, b]) => [
        [a, b] as const,
        [b, a] as const,
      ])) {
        const counts = aliases.get(text) ?? new Map<string, number>()
        aliases.set(text, counts.set(other, (counts.get(other) ?? 0) + 1))
      }
    },
    build: () => {
      const people = [...(names.get('person') ?? [])].map((name) => name.split(' '))
      const full = people.filter((words) => words.length === 2)
      const firstNames = new Set(full.map(([first]) => first!))
      const lastNames = new Set(full.map(([, last]) => last!))
      for (const [name, ...more] of people) if (more.length === 0 && !firstNames.has(name!)) lastNames.add(name!)
      const keyOf = makeKeys(names, aliases)
      const phrases = [...names].flatMap(([type, texts]) =>
        type === 'person' ? [] : [...texts].flatMap((text) => phrasesOf(type, text, keyOf)),
      )
      return { phrases, firstNames, lastNames }
    },
  }
}

/** A supported name that the source lacks means the one name of its type there that the reference lacks. */
function readAliases(
  source: readonly AnnotatedEntity[],
  reference: readonly AnnotatedEntity[],
): readonly (readonly [string, string])[] {
  return reference.flatMap(({ type, text, supported }): (readonly [string, string])[] => {
    if (supported !== true || type !== 'country') return []
    const others = new Set(source.filter((entity) => entity.type === type).map((entity) => entity.text))
    const [only] = others
    return others.has(text) || others.size !== 1 ? [] : [[text, only!]]
  })
}

type KeyOf = (type: string, text: string) => string

function makeKeys(
  names: ReadonlyMap<string, ReadonlySet<string>>,
  aliases: ReadonlyMap<string, ReadonlyMap<string, number>>,
): KeyOf {
  const organisations = [...(names.get('organisation') ?? [])]
  return (type, text) => {
    if (type === 'role') return singular(text)
    if (type === 'date') return dateKey(text)
    if (type === 'organisation' && !text.includes(' ')) {
      return organisations.find((name) => name.startsWith(`${text} `)) ?? text
    }
    const seen = [...(aliases.get(text) ?? [])].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    const other = seen[0]?.[0]
    // Either spelling knows the other; the first in the alphabet stands for both.
    return other !== undefined && other < text ? other : text
  }
}

const singular = (role: string): string => (role.charAt(0).toLowerCase() + role.slice(1)).replace(/([^s])s$/, '$1')

const dateKey = (text: string): string => `${months.includes(text) ? 'month' : 'weekday'} ${text}`

/** Phrases of one name. Days of a month are read as numbers are. */
function phrasesOf(type: string, text: string, keyOf: KeyOf): readonly KnownPhrase[] {
  if (type === 'date' && /\d/.test(text)) return []
  const spellings = type === 'role' ? roleSpellings(singular(text)) : [text]
  const key = keyOf(type, text)
  return spellings.map((spelling) => ({ words: tokenizeNames(spelling).map((token) => token.text), type, key }))
}

const roleSpellings = (role: string): readonly string[] =>
  [role, `${role}s`].flatMap((spelling) => [spelling, spelling.charAt(0).toUpperCase() + spelling.slice(1)])
