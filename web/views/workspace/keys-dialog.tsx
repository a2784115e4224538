import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import { For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { Dialog } from '#web/widgets/dialog.tsx'
import { Switch } from '#web/widgets/controls.tsx'
import type { PaneName } from './desk.ts'
import { paneNames, useDesk } from './desk.ts'
import type { KeyBinding, KeyHint } from './keys.ts'
import { localKeys } from './keys.ts'

const paneTitles: Readonly<Record<PaneName, string>> = {
  instance: 'Instance',
  projection: 'Projection',
  list: 'Table',
  attention: 'Attention heads',
  notes: 'Notes',
}

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
            <section>
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

export interface KeySection {
  readonly title: string
  readonly keys: readonly { readonly shown: string; readonly text: string }[]
}

/** The pane in front, then what acts everywhere, then the other panes; sections without keys are left out. */
export function sectionsOf(
  front: PaneName,
  bindings: readonly KeyBinding[],
  hints: readonly KeyHint[],
): readonly KeySection[] {
  const ofPane = (pane: PaneName): KeySection => ({
    title: paneTitles[pane],
    keys: [...bindings.filter((each) => each.pane === pane), ...hints.filter((each) => each.pane === pane)],
  })
  const everywhere = { title: 'Everywhere', keys: bindings.filter(({ pane }) => pane === undefined) }
  const others = paneNames.filter((pane) => pane !== front).map(ofPane)
  return [ofPane(front), everywhere, ...others].filter(({ keys }) => keys.length > 0)
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
