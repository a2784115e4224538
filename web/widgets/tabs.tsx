import type { JSX } from 'solid-js'
import { createUniqueId } from 'solid-js'
import { For } from '#web/solid.ts'

export interface TabChoice<Value extends string> {
  readonly value: Value
  readonly label: string
  readonly title?: string
}

/** A row of tabs over one panel; arrow keys move among them, as WAI-ARIA asks. */
export function Tabs<Value extends string>(props: {
  readonly label: string
  readonly value: Value
  readonly choices: readonly TabChoice<Value>[]
  readonly onChange: (value: Value) => void
  /** At the other end of the row. */
  readonly aside?: JSX.Element
  readonly children: JSX.Element
}): JSX.Element {
  const id = createUniqueId()
  const idOf = (value: Value): string => `${id}-${value}`
  let list!: HTMLDivElement
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = props.choices.findIndex(({ value }) => value === props.value)
    const next = stepOf(event.key, at, props.choices.length)
    const choice = next === null ? undefined : props.choices[next]
    if (choice === undefined) return
    event.preventDefault()
    props.onChange(choice.value)
    list.querySelectorAll<HTMLElement>('[role="tab"]')[next!]?.focus() // the choice was found at it
  }
  return (
    <>
      <div class="tab-row">
        <div class="tabs" role="tablist" aria-label={props.label} ref={(element) => (list = element)}>
          <For each={props.choices}>
            {(choice) => (
              <button
                type="button"
                role="tab"
                id={idOf(choice.value)}
                title={choice.title}
                aria-selected={choice.value === props.value}
                aria-controls={`${id}-panel`}
                tabIndex={choice.value === props.value ? 0 : -1}
                onClick={() => props.onChange(choice.value)}
                onKeyDown={onKeyDown}
              >
                {choice.label}
              </button>
            )}
          </For>
        </div>
        {props.aside}
      </div>
      <div class="tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={idOf(props.value)}>
        {props.children}
      </div>
    </>
  )
}

/** The tab after a key, round the ends; null for keys that do not move. */
function stepOf(key: string, at: number, count: number): number | null {
  if (key === 'ArrowRight') return (at + 1) % count
  if (key === 'ArrowLeft') return (at + count - 1) % count
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : null
}
