/** The workspace: bars above and below, and the panes between them. */
import type { JSX } from 'solid-js'
import { onCleanup, Show } from 'solid-js'
import { createEffect, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { units } from '#web/state/preferences.ts'
import { useRoom } from '#web/state/room.ts'
import { Banner } from '#web/widgets/messages.tsx'
import { Arrangement } from './arrangement.tsx'
import type { Desk, PaneName } from './desk.ts'
import { createDesk, DeskContext, isPane } from './desk.ts'
import { FilterBar } from './filter-bar.tsx'
import type { KeyBinding } from './keys.ts'
import { bindings, handleKey } from './keys.ts'
import { keepLooks } from './kept-looks.ts'
import { lookParts } from './look-parts.ts'
import { Panels } from './panels.tsx'
import { FollowFrame } from './people.tsx'
import { Pointers } from './pointers.tsx'
import { StatusBar } from './status-bar.tsx'
import { TopBar } from './top-bar.tsx'

export function WorkspaceView(): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = createDesk()
  const toggleUnit = (): void => {
    const next = units[(units.indexOf(app.preferences.values().unit) + 1) % units.length] ?? 'pieces'
    app.preferences.set({ unit: next })
  }
  const own = bindings({ room, desk, document, toggleUnit })
  const keys = (): readonly KeyBinding[] => [...own, ...desk.keys.bindings()]
  listenToKeys(keys)
  tellPresence(desk)
  keepLooks(lookParts({ preferences: app.preferences, desk, room }))
  return (
    <DeskContext.Provider value={desk}>
      <div class="workspace" data-full={desk.full() ?? undefined}>
        <a class="skip" href="#h-instance">
          To the instance
        </a>
        <TopBar />
        <FilterBar />
        <main class="work">
          <Show when={room.ended()}>
            {(reason) => (
              <Banner kind="error">
                <b>Disconnected.</b> {reason()}
              </Banner>
            )}
          </Show>
          <Arrangement />
        </main>
        <StatusBar />
        <FollowFrame />
        <Pointers />
        <Panels bindings={keys()} />
      </div>
    </DeskContext.Provider>
  )
}

function listenToKeys(keys: () => readonly KeyBinding[]): void {
  const { preferences } = useApp()
  const onKeyDown = (event: KeyboardEvent): void => void handleKey(event, keys(), preferences.values().letterKeys)
  onMount(() => window.addEventListener('keydown', onKeyDown))
  onCleanup(() => window.removeEventListener('keydown', onKeyDown))
}

/** Tells the others in which pane this person is, and that they are awake. */
function tellPresence(desk: Desk): void {
  const room = useRoom()
  let pane: PaneName | null = null
  const onFocus = (event: FocusEvent | PointerEvent): void => {
    const name =
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-pane]')?.dataset['pane'] : null
    if (isPane(name)) desk.setLastPane(name)
    if (isPane(name) && name !== pane) room.attendance.show({ pane: (pane = name) })
    room.attendance.active()
  }
  const onMove = (): void => room.attendance.active()
  onMount(() => {
    window.addEventListener('focusin', onFocus)
    window.addEventListener('pointerdown', onFocus)
    window.addEventListener('keydown', onMove)
  })
  onCleanup(() => {
    window.removeEventListener('focusin', onFocus)
    window.removeEventListener('pointerdown', onFocus)
    window.removeEventListener('keydown', onMove)
  })
  createEffect(() => {
    if (desk.full() !== null) room.attendance.show({ pane: desk.full() })
  })
}
