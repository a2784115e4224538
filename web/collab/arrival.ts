/** What somebody sees who opens a workspace: the link they came by, their own last place, or the person who moved last. */
import type { Selection } from '#collab/wire/document.ts'
import type { View } from '#web/state/permalink.ts'
import { viewOf } from '#web/state/permalink.ts'

export type Arrival =
  | { readonly kind: 'view'; readonly view: View }
  | { readonly kind: 'follow'; readonly person: string }
  | { readonly kind: 'nothing' }

/** `present` are the ids of the other people in the room; `selections` everybody's, by person. */
export function arrivalOf(
  link: View | null,
  me: string,
  selections: ReadonlyMap<string, Selection>,
  present: ReadonlySet<string>,
): Arrival {
  if (link !== null) return { kind: 'view', view: link }
  const own = selections.get(me)
  if (own !== undefined && own.instance !== null) return { kind: 'view', view: viewOf(own) }
  const latest = [...selections]
    .filter(([person, selection]) => person !== me && present.has(person) && selection.instance !== null)
    .sort(([, left], [, right]) => right.at - left.at)[0]
  return latest === undefined ? { kind: 'nothing' } : { kind: 'follow', person: latest[0] }
}
