import type { JSX } from 'solid-js'
import { For } from '#web/solid.ts'
import { Dialog } from '#web/widgets/dialog.tsx'
import { useDesk } from './desk.ts'
import type { KeyBinding } from './keys.ts'
import { localKeys } from './keys.ts'

/** Every key of the page. */
export function KeysDialog(props: { readonly bindings: readonly KeyBinding[] }): JSX.Element {
  const desk = useDesk()
  return (
    <Dialog
      open={desk.panel() === 'keys'}
      onOpenChange={(open) => desk.setPanel(open ? 'keys' : null)}
      title="Keys"
      wide
    >
      <div class="keys">
        <section>
          <h3>Everywhere</h3>
          <KeyList keys={props.bindings.map(({ shown, text }) => [shown, text] as const)} />
        </section>
        <section>
          <h3>In the lanes and the list</h3>
          <KeyList keys={localKeys} />
        </section>
      </div>
    </Dialog>
  )
}

const KeyList = (props: { readonly keys: readonly (readonly [string, string])[] }): JSX.Element => (
  <dl>
    <For each={props.keys}>
      {([key, text]) => (
        <div>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{text}</dd>
        </div>
      )}
    </For>
  </dl>
)
