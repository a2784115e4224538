/** The pointers of others: shown where they are, and let go once they rest. */
import type { Accessor } from 'solid-js'
import { createMemo, createSignal, onCleanup, untrack } from 'solid-js'
import type { Pointing } from '#web/collab/people.ts'
import type { Clock } from '#web/collab/throttle.ts'
import { createEffect } from '#web/solid.ts'
import type { App } from './app.ts'
import type { Room } from './room.ts'

/** A pointer that has not moved for so long fades, milliseconds. */
const patience = 5_000

/** In a room of more people than this, only the pointer of the one followed is shown. */
const crowd = 8

/** Pointers that moved lately, in the order of the people they belong to. */
export function createPointers(
  pointings: Accessor<ReadonlyMap<string, Pointing>>,
  clock: Clock,
): Accessor<readonly Pointing[]> {
  const moved = new Map<string, { readonly spot: string; readonly at: number }>()
  // Two things can happen at one moment.
  const [now, setNow] = createSignal(clock.now(), { equals: false })
  let wake: (() => void) | null = null
  onCleanup(() => wake?.())
  createEffect(() => {
    const present = pointings()
    const at = clock.now()
    for (const id of moved.keys()) if (!present.has(id)) moved.delete(id)
    for (const [id, { spot }] of present) {
      const text = JSON.stringify(spot)
      if (moved.get(id)?.spot !== text) moved.set(id, { spot: text, at })
    }
    setNow(at)
    wake?.()
    wake = present.size === 0 ? null : clock.after(patience, () => setNow(clock.now()))
  })
  const lately = createMemo(() => {
    const at = now()
    const present = untrack(pointings)
    return [...present].flatMap(([id, pointing]) => {
      const since = moved.get(id)?.at
      return since !== undefined && at - since < patience ? [pointing] : []
    })
  })
  return lately
}

/** The pointers that this person wants to see here. */
export function createShownPointers({ preferences, clock }: App, room: Room): Accessor<readonly Pointing[]> {
  const pointers = createPointers(room.attendance.pointings, clock)
  const shown = createMemo(() => {
    if (!preferences.values().showCursors) return []
    if (room.attendance.people().length <= crowd) return pointers()
    const followed = room.following.target()?.person.id
    return pointers().filter(({ person }) => person.id === followed)
  })
  return shown
}
