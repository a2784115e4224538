import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import { For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { Dialog } from '#web/widgets/dialog.tsx'
import { Switch } from '#web/widgets/controls.tsx'
import { useDesk } from './desk.ts'
import type { KeySection } from './key-sections.ts'
import { everywhere, sectionsOf } from './key-sections.ts'
import type { KeyBinding } from './keys.ts'
import { localKeys } from './keys.ts'

/** Every key of the page, those of the pane that had the focus first. */
export function KeysDialog(props: { readonly bindings: readonly KeyBinding[] }): JSX.Element {
  const app = useApp()
  const desk = useDesk()
  const sections = createMemo(() => sectionsOf(desk.lastPane(), props.bindings, [...localKeys, ...desk.keys.hints()]))
  return (
    <Dialog
      open={desk.panel() === 'keys'}
      onOpenChange={(open) => desk.setPanel(open ? 'keys' : null)}
      title="Keys"
      description={
        <Show when={!app.preferences.values().letterKeys}>
          Keys of one character are off: they act only inside the pane that they belong to.
        </Show>
      }
      wide
    >
      <div class="keys">
        <For each={sections()}>
          {({ title, keys }) => (
            <section class={title === everywhere ? 'all' : ''}>
              <h3>{title}</h3>
              <KeyList keys={keys} />
            </section>
          )}
        </For>
      </div>
      <div class="keys-switch">
        <Switch
          label="Single-letter keys"
          checked={app.preferences.values().letterKeys}
          onChange={(letterKeys) => app.preferences.set({ letterKeys })}
        />
      </div>
    </Dialog>
  )
}

const KeyList = (props: { readonly keys: KeySection['keys'] }): JSX.Element => (
  <dl>
    <For each={props.keys}>
      {({ shown, text }) => (
        <div>
          <dt>
            <kbd>{shown}</kbd>
          </dt>
          <dd>{text}</dd>
        </div>
      )}
    </For>
  </dl>
)
