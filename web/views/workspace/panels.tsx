/** Dialogs that are loaded when they are opened first, so that the page comes up without them. */
import type { JSX } from 'solid-js'
import { onCleanup, Show } from 'solid-js'
import { lazy, onMount, Suspense } from '#web/solid.ts'
import { useDesk } from './desk.ts'
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

/** What is typed right after Ctrl K must not be lost while the palette is loaded, so it is fetched once the page rests. */
const restsAfter = 2_000

export function Panels(props: { readonly bindings: readonly KeyBinding[] }): JSX.Element {
  const desk = useDesk()
  onMount(() => {
    const timer = setTimeout(() => void loadPalette(), restsAfter)
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
