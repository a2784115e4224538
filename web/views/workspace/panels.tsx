/** Dialogs that are loaded when they are opened first, so that the page comes up without them. */
import type { JSX } from 'solid-js'
import { onCleanup, Show } from 'solid-js'
import { lazy, onMount, Suspense } from '#web/solid.ts'
import { attentionParts } from '#web/views/attention/later.ts'
import { StepBody } from '#web/views/case/view.tsx'
import { instanceParts } from '#web/views/instance/later.ts'
import { projectionParts } from '#web/views/projection/later.ts'
import { ListPane } from './arrangement.tsx'
import { useDesk } from './desk.ts'
import { FilterForm } from './filter-bar.tsx'
import type { KeyBinding } from './keys.ts'

const loadPalette = () => import('#web/views/palette/view.tsx')
const Palette = lazy(() => loadPalette().then(({ Palette: component }) => ({ default: component })))
const PreferencesDialog = lazy(() =>
  import('#web/views/preferences/view.tsx').then(({ PreferencesDialog: component }) => ({ default: component })),
)
const Tour = lazy(() => import('#web/views/tour/view.tsx').then(({ Tour: component }) => ({ default: component })))
const ShareDialog = lazy(() =>
  import('#web/views/share/view.tsx').then(({ ShareDialog: component }) => ({ default: component })),
)

/**
 * Once the page rests, what is opened next is fetched: panels then come up at once, also for who has gone offline, and
 * what is typed right after Ctrl K is not lost while the palette is loaded.
 */
const restsAfter = 2_000

function loadAhead(): void {
  void loadPalette()
  for (const part of [...attentionParts, ...instanceParts, ...projectionParts, FilterForm, ListPane, StepBody])
    void part.preload()
}

export function Panels(props: { readonly bindings: readonly KeyBinding[] }): JSX.Element {
  const desk = useDesk()
  onMount(() => {
    const timer = setTimeout(loadAhead, restsAfter)
    onCleanup(() => clearTimeout(timer))
  })
  return (
    <>
      <Suspense>
        <Show when={desk.touring()}>
          <Tour />
        </Show>
      </Suspense>
      <Suspense>
        <Show when={desk.panel() === 'palette'}>
          <Palette bindings={props.bindings} />
        </Show>
        <Show when={desk.panel() === 'share'}>
          <ShareDialog onClose={() => desk.setPanel(null)} />
        </Show>
        <Show when={desk.panel() === 'preferences'}>
          <PreferencesDialog onClose={() => desk.setPanel(null)} />
        </Show>
      </Suspense>
    </>
  )
}
