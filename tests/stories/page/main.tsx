/** Draws one story at a time. The test says which, through `window.stories`. */
import type { Navigator } from '@solidjs/router'
import { Route, Router, useNavigate } from '@solidjs/router'
import type { JSX } from 'solid-js'
import { createSignal, Show, untrack } from 'solid-js'
import { render } from 'solid-js/web'
import { z } from 'zod'
import type { CheckpointReply } from '#server/wire/checkpoints.ts'
import { makeApi } from '#web/api/request.ts'
import { systemClock } from '#web/collab/throttle.ts'
import type { App } from '#web/state/app.ts'
import { AppContext } from '#web/state/app.ts'
import type { Theme } from '#web/state/preferences.ts'
import { createPreferences } from '#web/state/preferences.ts'
import { RoomContext } from '#web/state/room.ts'
import { createReducedMotion, createSizes, createTheme } from '#web/state/theme.ts'
import { createToasts } from '#web/state/toasts.ts'
import { stepField } from '#web/views/case/guide.ts'
import { LandingPage } from '#web/views/landing/view.tsx'
import { SignInDialog } from '#web/views/session/sign-in.tsx'
import { WorkspaceView } from '#web/views/workspace/view.tsx'
import { ToastRegion } from '#web/widgets/toast-region.tsx'
// oxlint-disable-next-line import/no-unassigned-import -- a stylesheet is there for its effect
import '#web/styles/index.css'
// oxlint-disable-next-line import/no-unassigned-import -- likewise
import './typeface.css'
import type { Recorded } from './recorded.ts'
import { readRecorded } from './recorded.ts'
import type { Recolouring } from './recolouring.ts'
import { timeRecolouring } from './recolouring.ts'
import type { RoomState } from './room.ts'
import { makeRoom } from './room.ts'
import { ada, makeStates } from './states.ts'

export interface Stories {
  readonly names: readonly string[]
  show(name: string, theme: Theme): void
  timeRecolouring(tokens: number, times: number): Recolouring
}

declare global {
  interface Window {
    stories: Stories
  }
}

function makeApp(recorded: Recorded): App {
  const preferences = createPreferences({ getItem: () => null, setItem: () => undefined })
  const root = document.documentElement
  createSizes(preferences, root, window)
  let ids = 0
  return {
    api: makeApi((path) =>
      answer(new URL(path instanceof Request ? path.url : path, location.origin).pathname, recorded),
    ),
    clock: systemClock(),
    preferences,
    toasts: createToasts((run, milliseconds) => setTimeout(run, milliseconds)),
    ramps: createTheme(preferences, root, window),
    reducedMotion: createReducedMotion(preferences, root, window),
    person: () => ada,
    setPerson: () => undefined,
    announcement: () => '',
    announce: () => undefined,
    random: () => 0.5,
    newId: () => `id-${++ids}`,
    socketOrigin: 'ws://stories.invalid',
  }
}

/** What the landing page asks for. Everything else waits for ever. */
function answer(path: string, { info }: Recorded): Promise<Response> {
  const json = (body: unknown): Promise<Response> => Promise.resolve(new Response(JSON.stringify(body)))
  const own = { ...info, id: 'own', name: 'Does it copy?', example: false, role: 'owner' }
  if (path === '/api/workspaces') return json({ workspaces: [{ ...info, id: 'example' }, own] })
  const checkpoints: readonly CheckpointReply[] = [info.checkpoint]
  if (path === '/api/checkpoints') return json({ checkpoints })
  return new Promise(() => undefined)
}

function Story(props: { readonly app: App; readonly recorded: Recorded; readonly state: RoomState }): JSX.Element {
  return (
    <RoomContext.Provider value={untrack(() => makeRoom(props.app, ada, props.recorded, props.state))}>
      <WorkspaceView />
    </RoomContext.Provider>
  )
}

function start(): void {
  z.config({ jitless: true })
  const recorded = readRecorded()
  const states = makeStates(recorded)
  const place = document.getElementById('app')
  if (place === null) throw new Error('internal: the page has no element "app"')
  render(() => {
    const app = makeApp(recorded)
    const [name, setName] = createSignal('')
    let go: Navigator = () => undefined
    window.stories = {
      names: ['landing', 'sign-in', ...states.keys()],
      show(next, theme) {
        app.preferences.set({ theme, corpusAs: next.startsWith('projection') ? 'plot' : 'table' })
        setName('')
        // What was clicked in the last story stands in its address.
        const step = states.get(next)?.step ?? null
        go(step === null ? '/' : `/?${stepField}=${step}`, { replace: true })
        // The story reads the address when it is drawn.
        setTimeout(() => setName(next))
      },
      timeRecolouring: (tokens, times) => timeRecolouring(tokens, times, app.ramps()),
    }
    const Page = (): JSX.Element => {
      go = useNavigate()
      return (
        <>
          <Show when={name() === 'landing' || name() === 'sign-in'}>
            <LandingPage />
          </Show>
          <SignInDialog open={name() === 'sign-in'} />
          <Show when={states.get(name())} keyed>
            {(state) => <Story app={app} recorded={recorded} state={state} />}
          </Show>
          <ToastRegion toasts={app.toasts} />
        </>
      )
    }
    return (
      <AppContext.Provider value={app}>
        <Router>
          <Route path="*" component={Page} />
        </Router>
      </AppContext.Provider>
    )
  }, place)
}

start()
