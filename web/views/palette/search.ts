/** Instances by text or id, found by the server while somebody types. */
import type { Accessor } from 'solid-js'
import { createSignal, onCleanup } from 'solid-js'
import { readInstances } from '#web/api/instances.ts'
import type { App } from '#web/state/app.ts'
import type { Room } from '#web/state/room.ts'
import { createEffect, on } from '#web/solid.ts'
import type { Entry } from './entries.ts'

/** A pause in typing after which the server is asked. */
const pause = 150
const most = 6
const excerptLength = 90

/** What the server found for a query, over all rows whatever is filtered; empty while it has not answered. */
export function createInstanceSearch(app: App, room: Room, query: Accessor<string>): Accessor<readonly Entry[]> {
  const [found, setFound] = createSignal<readonly Entry[]>([])
  createEffect(
    on([() => query().trim()], ([text]) => {
      if (text === '') return void setFound([])
      const asking = new AbortController()
      const cancel = app.clock.after(pause, () => {
        const asked = { search: text.slice(0, 200), filters: [], sort: null, descending: false, offset: 0, limit: most }
        readInstances(app.api, room.id, asked, asking.signal).then(
          ({ rows }) => setFound(rows.map(({ id, source }) => entryOf(room, id, source))),
          // The palette still finds what is in the page.
          () => asking.signal.aborted || setFound([]),
        )
      })
      onCleanup(() => {
        cancel()
        asking.abort()
      })
    }),
  )
  return found
}

const entryOf = (room: Room, id: string, source: string): Entry => ({
  id: `instance:${id}`,
  group: 'Instances',
  text: id,
  note: source.replace(/\s+/g, ' ').slice(0, excerptLength),
  run: () => room.selection.openInstance(id),
})
