/** The pages, and what stands around all of them: the question for a name, toasts, the live region. */
import { Route, Router } from '@solidjs/router'
import type { JSX } from 'solid-js'
import { createSignal, Show, untrack } from 'solid-js'
import type { RouteSectionProps } from '@solidjs/router'
import { readSession } from './api/session.ts'
import { messageOf } from './errors.ts'
import { ErrorBoundary, lazy, onMount, Suspense } from './solid.ts'
import type { App } from './state/app.ts'
import { AppContext, useApp } from './state/app.ts'
import { SignInDialog } from './views/session/sign-in.tsx'
import { Banner, EmptyState, LinkButton } from './widgets/messages.tsx'
import { ToastRegion } from './widgets/toast-region.tsx'

const LandingPage = lazy(() =>
  import('./views/landing/view.tsx').then(({ LandingPage: component }) => ({ default: component })),
)
const WorkspacePage = lazy(() =>
  import('./views/workspace/page.tsx').then(({ WorkspacePage: component }) => ({ default: component })),
)

export function Application(props: { readonly app: App }): JSX.Element {
  return (
    <AppContext.Provider value={untrack(() => props.app)}>
      <Router root={Shell}>
        <Route path="/" component={LandingPage} />
        <Route path="/w/:workspace" component={WorkspacePage} />
        <Route path="*" component={NotFound} />
      </Router>
    </AppContext.Provider>
  )
}

function Shell(props: RouteSectionProps): JSX.Element {
  const app = useApp()
  const [known, setKnown] = createSignal(false)
  const [problem, setProblem] = createSignal<string | null>(null)
  const ask = async (): Promise<void> => {
    try {
      const { person } = await readSession(app.api)
      if (person !== null) app.setPerson(person)
      setProblem(null)
      setKnown(true)
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  onMount(() => void ask())
  return (
    <>
      <Show when={problem()}>
        {(text) => (
          <Banner kind="error">
            <b>Coattend cannot start.</b> {text()}
            <LinkButton onClick={() => void ask()}>Try again</LinkButton>
          </Banner>
        )}
      </Show>
      <ErrorBoundary fallback={(error: unknown) => <Broken error={error} />}>
        <Suspense>{props.children}</Suspense>
      </ErrorBoundary>
      <SignInDialog open={known() && app.person() === null} />
      <ToastRegion toasts={app.toasts} />
      <div class="sr-only" aria-live="polite">
        {app.announcement()}
      </div>
    </>
  )
}

/** A fault of ours: says what it was, and that nothing stored is lost. */
function Broken(props: { readonly error: unknown }): JSX.Element {
  return (
    <main class="page-note">
      <EmptyState title="This page has stopped" text={messageOf(props.error)}>
        <button type="button" class="button" onClick={() => location.reload()}>
          Reload
        </button>
      </EmptyState>
    </main>
  )
}

function NotFound(): JSX.Element {
  return (
    <main class="page-note">
      <EmptyState title="There is nothing at this address" text="The link may be incomplete.">
        <a class="button" href="/">
          All workspaces
        </a>
      </EmptyState>
    </main>
  )
}
