/** The others' pointers over tokens and heads, wherever this person has those; and what tells them of this person's. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal, onCleanup, Show } from 'solid-js'
import type { Person, Spot } from '#collab/wire/presence.ts'
import { headName } from '#collab/wire/document.ts'
import { For, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { createShownPointers } from '#web/state/pointers.ts'
import { useRoom } from '#web/state/room.ts'
import { Pointer } from '#web/widgets/pointer.tsx'

interface Placed {
  readonly person: Person
  readonly at: readonly [x: number, y: number]
}

/** Drawn over all panes and never under this person's own pointer: it takes no clicks, and is nothing to read aloud. */
export function Pointers(): JSX.Element {
  const room = useRoom()
  const shown = createShownPointers(useApp(), room)
  const [moved, setMoved] = createSignal(0)
  const follow = (): void => void setMoved((count) => count + 1)
  onMount(() => {
    window.addEventListener('scroll', follow, { capture: true, passive: true })
    window.addEventListener('resize', follow)
  })
  onCleanup(() => {
    window.removeEventListener('scroll', follow, { capture: true })
    window.removeEventListener('resize', follow)
  })
  tellHeads()
  const placed = createMemo((): ReadonlyMap<string, Placed> => {
    moved()
    const open = room.selection.view().instance
    return new Map(
      shown().flatMap(({ person, spot }) => {
        const at = placeOf(spot, open)
        return at === null ? [] : [[person.id, { person, at }]]
      }),
    )
  })
  return (
    <svg class="pointers" aria-hidden="true">
      {/* By person, so that an arrow glides instead of being drawn anew. */}
      <For each={[...placed().keys()]}>
        {(id) => (
          <Show when={placed().get(id)}>{(present) => <Pointer person={present().person} at={present().at} />}</Show>
        )}
      </For>
    </svg>
  )
}

/** Where a token or a head stands in the window; null where this person does not see it. */
function placeOf(spot: Spot, open: string | null): Placed['at'] | null {
  if (spot.kind === 'place' || (spot.kind === 'token' && spot.instance !== open)) return null
  const element =
    spot.kind === 'head'
      ? document.querySelector(`[data-pane="attention"] [data-head="${spot.head}"]`)
      : document.querySelector(`[data-lane="${spot.token.side}"] .tok[data-i="${spot.token.index}"]`)
  if (element === null) return null
  const { left, top, width, height } = element.getBoundingClientRect()
  const at = [left + width / 2, top + height * (spot.kind === 'head' ? 0.5 : 0.8)] as const
  return isInSight(element, at) ? at : null
}

/** Whether a place lies within everything that scrolls or cuts round an element. */
function isInSight(element: Element, [x, y]: Placed['at']): boolean {
  for (let box = element.parentElement; box !== null; box = box.parentElement) {
    if (getComputedStyle(box).overflow === 'visible') continue
    const { left, right, top, bottom } = box.getBoundingClientRect()
    if (x < left || x > right || y < top || y > bottom) return false
  }
  return true
}

/** Tells the others which head the pointer or the focus is on. Tokens and points tell of themselves. */
function tellHeads(): void {
  const { attendance } = useRoom()
  let told: string | null = null
  const tell = (event: Event): void => {
    const element = event.target instanceof Element ? event.target.closest('[data-head]') : null
    const head = headName.safeParse(element?.getAttribute('data-head')).data ?? null
    if (head === told) return
    told = head
    attendance.show({ hover: head === null ? null : { kind: 'head', head } })
  }
  onMount(() => {
    window.addEventListener('pointerover', tell)
    window.addEventListener('focusin', tell)
  })
  onCleanup(() => {
    window.removeEventListener('pointerover', tell)
    window.removeEventListener('focusin', tell)
  })
}
