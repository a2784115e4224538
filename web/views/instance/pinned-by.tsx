import type { JSX } from 'solid-js'
import { createMemo } from 'solid-js'
import { For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { Avatar } from '#web/widgets/avatar.tsx'

/** The others who hold what is open as their B. */
export function PinnedBy(): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const here = createMemo(() => {
    const { instance } = room.selection.view()
    if (instance === null || !app.preferences.values().showOthers) return []
    return room.attendance
      .people()
      .filter(({ you, person }) => !you && room.selections().get(person.id)?.pin?.instance === instance)
      .slice(0, 3)
  })
  return (
    <For each={here()}>
      {({ person }) => (
        <span class="watchers" title={`${person.name} holds this as B of a comparison`}>
          <Avatar person={person} small />
          <b class="pin-mark" aria-hidden="true">
            B
          </b>
          <span class="sr-only">{person.name} holds this as B</span>
        </span>
      )}
    </For>
  )
}
