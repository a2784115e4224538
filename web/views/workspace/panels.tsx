/** Dialogs that are loaded when they are opened first, so that the page comes up without them. */
import type { Component, JSX } from 'solid-js'
import { onCleanup, Show } from 'solid-js'
import { onMount } from '#web/solid.ts'
import { attentionParts } from '#web/views/attention/later.ts'
import { StepBody } from '#web/views/case/view.tsx'
import { instanceParts } from '#web/views/instance/later.ts'
import { projectionParts } from '#web/views/projection/later.ts'
import { ListPane } from './arrangement.tsx'
import { Dialog } from '#web/widgets/dialog.tsx'
import { later } from '#web/widgets/later.tsx'
import { useDesk } from './desk.ts'
import { FilterForm } from './filter-bar.tsx'
import type { KeyBinding } from './keys.ts'

const Nothing: Component = () => null

const whenMissing = { waiting: Nothing, missing: MissingPanel }

const Palette = later(
  () => import('#web/views/palette/view.tsx'),
  (module) => module.Palette,
  whenMissing,
)
const KeysDialog = later(
  () => import('./keys-dialog.tsx'),
  (module) => module.KeysDialog,
  whenMissing,
)
const PreferencesDialog = later(
  () => import('#web/views/preferences/view.tsx'),
  (module) => module.PreferencesDialog,
  whenMissing,
)
const Tour = later(
  () => import('#web/views/tour/view.tsx'),
  (module) => module.Tour,
  whenMissing,
)
const ShareDialog = later(
  () => import('#web/views/share/view.tsx'),
  (module) => module.ShareDialog,
  whenMissing,
)

/** A panel that could not be loaded takes nothing else with it. */
function MissingPanel(props: { readonly onRetry: () => void }): JSX.Element {
  const desk = useDesk()
  const close = (): void => {
    desk.setPanel(null)
    desk.setTouring(false)
  }
  return (
    <Dialog
      open={true}
      onOpenChange={close}
      title="This panel could not be loaded"
      description="It comes by itself when the connection is back; if it does not, reload the page."
    >
      <div class="line end">
        <button type="button" class="plain" onClick={close}>
          Close
        </button>
        <button type="button" class="button" onClick={() => props.onRetry()}>
          Try again
        </button>
      </div>
    </Dialog>
  )
}

/**
 * Once the page rests, what is opened next is fetched: panels then come up at once, also for who has gone offline, and
 * what is typed right after Ctrl K is not lost while the palette is loaded.
 */
const restsAfter = 2_000

function loadAhead(): void {
  for (const part of [
    Palette,
    KeysDialog,
    ...attentionParts,
    ...instanceParts,
    ...projectionParts,
    FilterForm,
    ListPane,
    StepBody,
  ])
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
      <Show when={desk.touring()}>
        <Tour />
      </Show>
      <Show when={desk.panel() === 'palette'}>
        <Palette bindings={props.bindings} />
      </Show>
      <Show when={desk.panel() === 'keys'}>
        <KeysDialog bindings={props.bindings} />
      </Show>
      <Show when={desk.panel() === 'share'}>
        <ShareDialog onClose={() => desk.setPanel(null)} />
      </Show>
      <Show when={desk.panel() === 'preferences'}>
        <PreferencesDialog onClose={() => desk.setPanel(null)} />
      </Show>
    </>
  )
}
