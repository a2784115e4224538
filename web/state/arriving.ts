/** Decides once, when the shared document is here, what a person sees first. */
import type { Accessor } from 'solid-js'
import { untrack } from 'solid-js'
import type { Selection } from '#collab/wire/document.ts'
import type { Person } from '#collab/wire/presence.ts'
import { arrivalOf } from '#web/collab/arrival.ts'
import type { SharedDocument } from '#web/collab/shared-document.ts'
import type { Clock } from '#web/collab/throttle.ts'
import { createEffect } from '#web/solid.ts'
import type { Attendance } from './attendance.ts'
import type { Following } from './following.ts'
import type { View } from './permalink.ts'
import type { SelectionState } from './selection.ts'

/** Presence of the others arrives a tick after the document; whom to follow is decided then. */
const arrivalWait = 400

export interface Arriving {
  readonly link: View | null
  readonly me: Accessor<Person>
  readonly shared: SharedDocument
  readonly selections: Accessor<ReadonlyMap<string, Selection>>
  readonly attendance: Attendance
  readonly selection: SelectionState
  readonly following: Following
  readonly clock: Clock
  publish(view: View): void
}

/** By a link: what it shows. Else one's own last place, else whoever moved last. */
export function arrive(parts: Arriving): void {
  let done = false
  createEffect(() => {
    if (done || !parts.shared.status().synced) return
    done = true
    if (parts.link !== null) return parts.publish(parts.link)
    parts.clock.after(arrivalWait, () => untrack(() => settle(parts)))
  })
}

function settle({ me, selections, attendance, selection, following }: Arriving): void {
  // Somebody who has chosen something meanwhile, or came by a short link, knows where they want to be.
  const { instance, points, heads } = selection.view()
  if (instance !== null || points !== null || heads.length > 0) return
  const present = new Set(attendance.people().flatMap(({ person, you }) => (you ? [] : [person.id])))
  const arrival = arrivalOf(null, me().id, selections(), present)
  if (arrival.kind === 'follow') following.follow(arrival.person)
  if (arrival.kind === 'view') selection.select(arrival.view, 'mirrored')
}
