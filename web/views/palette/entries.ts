/** What the palette lists: entries in groups, the best of each group first. */
import type { Match } from './match.ts'
import { matchText } from './match.ts'

/** In the order in which they are listed. */
export const groups = [
  'Recent',
  'Commands',
  'Heads',
  'Tokens',
  'Instances',
  'Notes',
  'Models',
  'Layers',
  'People',
] as const
export type Group = (typeof groups)[number]

export interface Entry {
  /** Stays the same between visits: `head:cross.2.1`. */
  readonly id: string
  readonly group: Exclude<Group, 'Recent'>
  readonly text: string
  /** Said beside it, and searched with less weight. */
  readonly note?: string | undefined
  /** The key that does the same. */
  readonly key?: string | undefined
  run(): void
}

export interface Listed {
  readonly entry: Entry
  readonly ranges: Match['ranges']
}

export interface Section {
  readonly group: Group
  readonly entries: readonly Listed[]
}

/** Entries of a group that are shown at once; a longer query finds the others. */
const most: Readonly<Record<Group, number>> = {
  Recent: 5,
  Commands: 8,
  Heads: 5,
  Tokens: 5,
  Instances: 6,
  Notes: 5,
  Models: 5,
  Layers: 4,
  People: 5,
}

/** Groups that are listed before anything is typed; the others are too long to be read. */
const atFirst: ReadonlySet<Group> = new Set(['Commands', 'Notes', 'People'])

/**
 * The sections for a query. Without one: what was used last, then all commands. `found` entries come from the server's search and are not matched again.
 */
export function sectionsFor(
  query: string,
  entries: readonly Entry[],
  found: readonly Entry[],
  recent: readonly string[],
): readonly Section[] {
  if (query.trim() === '') return sectionsAtFirst(entries, recent)
  const matched = entries.flatMap((entry) => {
    const match = matchText(query, entry.text, `${entry.note ?? ''} ${entry.id}`)
    const bonus = recent.includes(entry.id) ? 1 : 0
    return match ? [{ entry, ranges: match.ranges, score: match.score + bonus }] : []
  })
  const instances = found.map((entry) => ({ entry, ranges: matchText(query, entry.text)?.ranges ?? [], score: 3 }))
  const best = (group: Group): readonly (Listed & { readonly score: number })[] =>
    [...matched, ...instances]
      .filter(({ entry }) => entry.group === group)
      .sort((left, right) => right.score - left.score)
      .slice(0, most[group])
  return groups
    .map((group) => ({ group, entries: best(group) }))
    .filter(({ entries: list }) => list.length > 0)
    .sort((left, right) => (right.entries[0]?.score ?? 0) - (left.entries[0]?.score ?? 0))
}

function sectionsAtFirst(entries: readonly Entry[], recent: readonly string[]): readonly Section[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  const used = recent.flatMap((id) => byId.get(id) ?? []).slice(0, most.Recent)
  const plain = (entry: Entry): Listed => ({ entry, ranges: [] })
  const rest = groups
    .filter((group) => atFirst.has(group))
    .map((group) => ({
      group,
      entries: entries.filter((entry) => entry.group === group && !used.includes(entry)).map(plain),
    }))
  return [{ group: 'Recent' as const, entries: used.map(plain) }, ...rest].filter(
    ({ entries: list }) => list.length > 0,
  )
}

/** What was used last, with one more in front. */
export const withRecent = (recent: readonly string[], id: string): string[] =>
  [id, ...recent.filter((each) => each !== id)].slice(0, 12)
