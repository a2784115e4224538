/** The workspace: bars above and below, the Instance View over the list, the notes beside them. */
import type { JSX } from 'solid-js'
import { createMemo, onCleanup, Show } from 'solid-js'
import { createEffect, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { InstancePane } from '#web/views/instance/view.tsx'
import { ListPane } from '#web/views/list/view.tsx'
import { NotesPane } from '#web/views/notes/view.tsx'
import { Banner } from '#web/widgets/messages.tsx'
import { Panes } from '#web/widgets/panes.tsx'
import { Segment } from '#web/widgets/controls.tsx'
import type { Desk, PaneName } from './desk.ts'
import { createDesk, DeskContext, useDesk } from './desk.ts'
import { FilterBar } from './filter-bar.tsx'
import type { KeyBinding } from './keys.ts'
import { bindings, handleKey } from './keys.ts'
import { KeysDialog } from './keys-dialog.tsx'
import { FollowFrame } from './people.tsx'
import { createNarrow } from './narrow.ts'
import { StatusBar } from './status-bar.tsx'
import { TopBar } from './top-bar.tsx'

export function WorkspaceView(): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = createDesk()
  const toggleUnit = (): void =>
    app.preferences.set({ unit: app.preferences.values().unit === 'pieces' ? 'words' : 'pieces' })
  const keys = bindings({ room, desk, document, toggleUnit })
  listenToKeys(keys)
  tellPresence(desk)
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
        <KeysDialog bindings={keys} />
      </div>
    </DeskContext.Provider>
  )
}

/** Two columns where there is room; below 1100 px one column with a switch. */
function Arrangement(): JSX.Element {
  const desk = useDesk()
  const narrow = createNarrow()
  const one = createMemo<PaneName | null>(() => desk.full())
  return (
    <Show
      when={one()}
      fallback={
        <Show when={narrow()} fallback={<Wide />}>
          {<Narrow />}
        </Show>
      }
      keyed
    >
      {(pane) => <OnePane name={pane} />}
    </Show>
  )
}

function OnePane(props: { readonly name: PaneName }): JSX.Element {
  return (
    <Show when={props.name !== 'notes'} fallback={<NotesPane />}>
      <Show when={props.name === 'instance'} fallback={<ListPane />}>
        <InstancePane />
      </Show>
    </Show>
  )
}

function Wide(): JSX.Element {
  const app = useApp()
  const preferred = app.preferences.values
  return (
    <Panes
      orientation="horizontal"
      label="Width of the notes"
      share={preferred().mainWidth ?? defaultMainWidth(window.innerWidth)}
      onShare={(mainWidth) => app.preferences.set({ mainWidth })}
      least={['560px', '240px']}
      first={<MainColumn />}
      second={<NotesPane />}
    />
  )
}

function MainColumn(): JSX.Element {
  const app = useApp()
  return (
    <Panes
      orientation="vertical"
      label="Height of the Instance View"
      share={app.preferences.values().instanceHeight ?? defaultInstanceHeight(window.innerHeight)}
      onShare={(instanceHeight) => app.preferences.set({ instanceHeight })}
      least={['140px', '120px']}
      first={<InstancePane />}
      second={<ListPane />}
    />
  )
}

/** About 440 px: a long text with its legend fits, and so does the panel beside it. The list gets the rest of a tall screen. */
export function defaultInstanceHeight(height: number): number {
  const bars = 100
  return Math.min(0.66, Math.max(0.5, 440 / (height - bars)))
}

/** Notes are 288, 320 or 380 px wide, by the width of the page. */
export function defaultMainWidth(width: number): number {
  const notes = width <= 1360 ? 288 : width >= 1800 ? 380 : 320
  return (width - notes) / width
}

function Narrow(): JSX.Element {
  const desk = useDesk()
  return (
    <div class="narrow">
      <div class="narrow-tabs">
        <Segment
          label="Pane"
          value={desk.tab()}
          choices={[
            { value: 'main', label: 'Instance' },
            { value: 'notes', label: 'Notes' },
          ]}
          onChange={(tab) => desk.setTab(tab)}
        />
      </div>
      <Show when={desk.tab() === 'main'} fallback={<NotesPane />}>
        <MainColumn />
      </Show>
    </div>
  )
}

function listenToKeys(keys: readonly KeyBinding[]): void {
  const onKeyDown = (event: KeyboardEvent): void => void handleKey(event, keys)
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
    const next = name === 'list' || name === 'notes' || name === 'instance' ? name : null
    if (next !== null && next !== pane) room.attendance.show({ pane: (pane = next) })
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
