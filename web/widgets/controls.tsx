/** Small controls, all of them native inputs underneath, so that keys and screen readers work as everywhere. */
import type { Component, JSX } from 'solid-js'
import { createUniqueId, Show } from 'solid-js'
import { For } from '#web/solid.ts'

export interface Choice<Value extends string> {
  readonly value: Value
  readonly label: string
  readonly title?: string
}

/** A few exclusive choices side by side; arrow keys move among them. */
export function Segment<Value extends string>(props: {
  readonly label: string
  readonly value: Value
  readonly choices: readonly Choice<Value>[]
  readonly onChange: (value: Value) => void
}): JSX.Element {
  const name = createUniqueId()
  return (
    <div class="segment" role="radiogroup" aria-label={props.label}>
      <For each={props.choices}>
        {(choice) => (
          <label title={choice.title}>
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === props.value}
              onChange={() => props.onChange(choice.value)}
            />
            <span>{choice.label}</span>
          </label>
        )}
      </For>
    </div>
  )
}

/** On or off, in effect at once. */
export const Switch: Component<{
  readonly label: string
  readonly checked: boolean
  readonly disabled?: boolean
  /** The id of the text that says what it does. */
  readonly describedBy?: string
  readonly onChange: (checked: boolean) => void
}> = (props) => (
  <label class="switch">
    <input
      type="checkbox"
      // oxlint-disable-next-line jsx-a11y/role-has-required-aria-props -- a checkbox says by itself whether it is checked
      role="switch"
      aria-describedby={props.describedBy}
      checked={props.checked}
      disabled={props.disabled ?? false}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
    <i aria-hidden="true" />
    {props.label}
  </label>
)

/** A control that shows an icon and has a name. */
export const IconButton: Component<{
  readonly label: string
  /** The key that does the same, shown on hover. */
  readonly key?: string
  readonly pressed?: boolean
  readonly onClick: (event: MouseEvent) => void
  readonly children: JSX.Element
}> = (props) => (
  <button
    type="button"
    class="icon"
    aria-label={props.label}
    title={props.key === undefined ? props.label : `${props.label} (${props.key})`}
    aria-pressed={props.pressed}
    onClick={(event) => props.onClick(event)}
  >
    {props.children}
  </button>
)

/** A label above its control, with a hint or an error below it. */
export const Field: Component<{
  readonly label: string
  readonly hint?: JSX.Element
  readonly error?: string | null
  /** Builds the control; it gets the id that the label points to and the id of the text that describes it. */
  readonly children: (ids: { readonly id: string; readonly describedBy: string }) => JSX.Element
}> = (props) => {
  const id = createUniqueId()
  const describedBy = createUniqueId()
  return (
    <div class="form-field">
      <label for={id}>{props.label}</label>
      {props.children({ id, describedBy })}
      <div id={describedBy} class="form-hint">
        <Show when={props.error} fallback={props.hint}>
          {(error) => (
            <span class="form-error" role="alert">
              {error()}
            </span>
          )}
        </Show>
      </div>
    </div>
  )
}
