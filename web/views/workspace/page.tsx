/** The page of one workspace: finds it, opens its room, and says what is wrong where it cannot. */
import { useNavigate, useParams } from '@solidjs/router'
import type { JSX } from 'solid-js'
import { createSignal, Match, onCleanup, Switch, untrack } from 'solid-js'
import { identifier } from '#collab/wire/identifiers.ts'
import type { Person } from '#collab/wire/presence.ts'
import type { WorkspaceReply } from '#server/wire/workspaces.ts'
import { readWorkspace } from '#web/api/workspaces.ts'
import { messageOf } from '#web/errors.ts'
import { createEffect, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { fittingView, linkProblems } from '#web/state/link-check.ts'
import { shortKey } from '#web/state/links.ts'
import { lookKeys } from '#web/state/looks.ts'
import type { View } from '#web/state/permalink.ts'
import { defaultsFor, emptyView, encodeView, parseView } from '#web/state/permalink.ts'
import type { Room } from '#web/state/room.ts'
import { createRoom, RoomContext } from '#web/state/room.ts'
import { EmptyState, Late } from '#web/widgets/messages.tsx'
import { stepField } from '#web/views/case/guide.ts'
import { WorkspaceView } from './view.tsx'

export function WorkspacePage(): JSX.Element {
  const app = useApp()
  const parameters = useParams<{ workspace: string }>()
  const [info, setInfo] = createSignal<WorkspaceReply | null>(null)
  const [problem, setProblem] = createSignal<string | null>(null)
  const load = (id: string): void => {
    readWorkspace(app.api, id).then(setInfo, (error: unknown) => untrack(info) === null && setProblem(messageOf(error)))
  }
  createEffect(() => {
    const id = parameters.workspace
    setInfo(null)
    setProblem(null)
    if (!identifier.safeParse(id).success) return void setProblem('There is no workspace with this address.')
    if (app.person() !== null) load(id)
  })
  const open = () => {
    const [present, person] = [info(), app.person()]
    return present !== null && person !== null ? { id: present.id } : null
  }
  return (
    <Switch
      fallback={
        <Late>
          <p class="page-note" role="status">
            Opening the workspace
          </p>
        </Late>
      }
    >
      <Match when={problem()}>
        {(text) => (
          <main class="page-note">
            <EmptyState title="This workspace cannot be opened" text={text()}>
              <a class="button" href="/">
                All workspaces
              </a>
            </EmptyState>
          </main>
        )}
      </Match>
      <Match when={open()?.id} keyed>
        {(id) => (
          <OpenRoom
            info={() => info()!} // this branch stands only while it is there
            me={() => app.person()!} // likewise
            refetchInfo={() => load(id)}
          />
        )}
      </Match>
    </Switch>
  )
}

/** What of an address is not about the view: the open step of a case study, and how the views are looked at. */
const kept: ReadonlySet<string> = new Set([stepField, ...lookKeys])

function OpenRoom(props: {
  readonly info: () => WorkspaceReply
  readonly me: () => Person
  readonly refetchInfo: () => void
}): JSX.Element {
  const app = useApp()
  const navigate = useNavigate()
  const { id, checkpoint } = untrack(() => props.info())
  const defaults = defaultsFor(checkpoint)
  const show = (view: View, push: boolean): void => {
    const query = encodeView(view, defaults)
    for (const [key, value] of new URLSearchParams(location.search)) if (kept.has(key)) query.set(key, value)
    navigate(`/w/${id}${query.size === 0 ? '' : `?${query}`}`, { replace: !push, scroll: false, resolve: false })
  }
  const link = parseView(new URLSearchParams(location.search), defaults)
  const deps = {
    app,
    info: () => props.info(),
    me: () => props.me(),
    Socket: WebSocket,
    refetchInfo: () => props.refetchInfo(),
    show,
  }
  const room = createRoom(deps, fittingView(link, checkpoint))
  onCleanup(() => room.close())
  followAddress(room)
  openShortLink(room)
  sayWhatDoesNotFit(room, new URLSearchParams(location.search), link)
  guardUnsaved(room)
  createEffect(() => void (document.title = titleOf(room)))
  return (
    <RoomContext.Provider value={room}>
      <WorkspaceView />
    </RoomContext.Provider>
  )
}

/** A short link names a view that is kept in the shared document, so it opens once that is here. */
function openShortLink(room: Room): void {
  const app = useApp()
  const id = new URLSearchParams(location.search).get(shortKey)
  let done = id === null
  createEffect(() => {
    if (done || !room.shared.status().synced) return
    done = true
    const kept = room.links.find(id ?? '')
    if (kept === null)
      return void app.toasts.show('This short link is not known in this workspace. Ask for the whole link.', {
        bad: true,
      })
    const query = new URLSearchParams(kept)
    const view = parseView(query, room.defaults)
    untrack(() => {
      const fitting = fittingView(view, room.info().checkpoint)
      if (fitting) room.selection.select(fitting, 'passing')
      sayWhatDoesNotFit(room, query, view)
    })
  })
}

/** Links are made by hand, by older versions and for other models: what fits is opened, the rest is said. */
function sayWhatDoesNotFit(room: Room, query: URLSearchParams, view: View | null): void {
  const { checkpoint } = untrack(() => room.info())
  const problems = linkProblems(query, view, room.defaults, checkpoint)
  if (problems.length > 0) useApp().toasts.show(problems.join(' '), { bad: true })
}

/** Back and Forward walk through the views. */
function followAddress(room: Room): void {
  const onPop = (): void => {
    const view = parseView(new URLSearchParams(location.search), room.defaults)
    room.selection.select(view ?? emptyView(room.defaults), 'address')
  }
  onMount(() => window.addEventListener('popstate', onPop))
  onCleanup(() => window.removeEventListener('popstate', onPop))
}

/** Edits that the server has not confirmed live in this tab only. */
function guardUnsaved(room: Room): void {
  const onLeave = (event: BeforeUnloadEvent): void => {
    const state = room.saveState()
    const unsaved = state.kind === 'saving' || (state.kind === 'offline' && state.changes > 0)
    if (unsaved) event.preventDefault()
  }
  onMount(() => window.addEventListener('beforeunload', onLeave))
  onCleanup(() => window.removeEventListener('beforeunload', onLeave))
}

function titleOf(room: Room): string {
  const { instance } = room.selection.view()
  return [instance, room.info().name, 'Coattend'].filter((part) => part !== null).join(' · ')
}
