/** A name or a path to type, and the step it is taken to: by the button or by Enter, without sending the form around it. */
import type { JSX } from 'solid-js'
import { createSignal } from 'solid-js'
import { Field } from '#web/widgets/controls.tsx'

export function AddressField(props: {
  readonly label: string
  readonly hint: string
  readonly action: string
  readonly busy?: boolean
  readonly error?: string | null
  /** What was typed, without space around it; never empty. */
  readonly onTake: (address: string) => void
}): JSX.Element {
  const [text, setText] = createSignal('')
  const idle = (): boolean => text().trim() === '' || props.busy === true
  const take = (): void => {
    if (!idle()) props.onTake(text().trim())
  }
  return (
    <Field label={props.label} hint={props.hint} error={props.error ?? null}>
      {({ id, describedBy }) => (
        <div class="line">
          <input
            id={id}
            class="input grow mono"
            aria-describedby={describedBy}
            spellcheck={false}
            value={text()}
            onInput={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return
              event.preventDefault()
              take()
            }}
          />
          <button type="button" class="button" disabled={idle()} aria-busy={props.busy} onClick={take}>
            {props.action}
          </button>
        </div>
      )}
    </Field>
  )
}
