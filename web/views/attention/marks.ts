/** Other people's heads, and the letters of roles, by head. */
import type { HeadRole } from '#compute/types.ts'
import type { Selection } from '#collab/wire/document.ts'
import type { Person } from '#collab/wire/presence.ts'
import type { Attendee } from '#web/collab/people.ts'
import type { MapValues } from './cells.ts'

/** More people on one head are counted. */
export const mostNotches = 3
export const mostCrosses = 2

/** Who else has chosen each head, or has marked it to be left out, in the order of the people. */
export function othersOn<Part extends 'heads' | 'pruned'>(
  people: readonly Attendee[],
  selections: ReadonlyMap<string, Pick<Selection, Part>>,
  part: Part,
): ReadonlyMap<string, readonly Person[]> {
  const found = new Map<string, Person[]>()
  for (const { person, you } of people) {
    if (you) continue
    for (const head of selections.get(person.id)?.[part] ?? []) found.set(head, [...(found.get(head) ?? []), person])
  }
  return found
}

/** A head has a role where it scores at least this. */
export const roleFrom = 0.5

/** The strongest role of every head that has one; of the corpus where it is known, else of the instance. */
export function rolesOf(
  scores: readonly { readonly role: HeadRole; readonly values: readonly MapValues[] }[],
): ReadonlyMap<string, { readonly role: HeadRole; readonly score: number }> {
  const best = new Map<string, { role: HeadRole; score: number }>()
  for (const { role, values } of scores) {
    for (const { map, instance, mean } of values) {
      const own = mean ?? instance ?? new Float32Array(0)
      own.forEach((score, at) => {
        const name = `${map.kind}.${Math.floor(at / map.heads)}.${at % map.heads}`
        if (score >= roleFrom && score > (best.get(name)?.score ?? 0)) best.set(name, { role, score })
      })
    }
  }
  return best
}
