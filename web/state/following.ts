/** Following another person: their selection is mirrored here until this person moves by themselves. */
import type { Accessor } from 'solid-js'
import { createMemo, createSignal, untrack } from 'solid-js'
import type { Selection } from '#collab/wire/document.ts'
import type { Attendee } from '#web/collab/people.ts'
import { createEffect } from '#web/solid.ts'
import { viewOf } from './permalink.ts'
import type { SelectionState } from './selection.ts'

export interface Following {
  /** Who is followed; null while nobody is. */
  readonly target: Accessor<Attendee | null>
  follow(person: string): void
  stop(): void
}

export interface FollowingDeps {
  readonly people: Accessor<readonly Attendee[]>
  readonly selections: Accessor<ReadonlyMap<string, Selection>>
  readonly selection: SelectionState
  /** Called when the followed person has left the room. */
  left(name: string): void
}

/** Mirrored views are never published, so two people who follow each other do not chase in a loop. */
export function createFollowing(deps: FollowingDeps): Following {
  const [followed, setFollowed] = createSignal<{ readonly id: string; readonly name: string } | null>(null)
  const target = createMemo(() => {
    const id = followed()?.id
    return deps.people().find((attendee) => attendee.person.id === id && !attendee.you) ?? null
  })
  createEffect(() => {
    const person = followed()
    if (person === null) return
    if (target() === null) {
      setFollowed(null)
      deps.left(person.name)
      return
    }
    const theirs = deps.selections().get(person.id)
    if (theirs === undefined) return
    untrack(() => deps.selection.select(viewOf(theirs), 'mirrored'))
  })
  return {
    target,
    follow(id) {
      const attendee = untrack(deps.people).find(({ person, you }) => person.id === id && !you)
      if (attendee !== undefined) setFollowed({ id, name: attendee.person.name })
    },
    stop: () => void setFollowed(null),
  }
}
