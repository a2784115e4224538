import { DropdownMenu } from '@kobalte/core/dropdown-menu'
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import { For } from '#web/solid.ts'
import { classNames } from './class-names.ts'

export interface MenuItem {
  readonly label: string
  readonly key?: string
  /** Set for items that are one choice of several; says whether it is the one. */
  readonly chosen?: boolean
  readonly danger?: boolean
  readonly disabled?: boolean
  onSelect(): void
}

/** An action, a heading over those that follow, or `null` for a line. */
export type MenuEntry = MenuItem | { readonly heading: string } | null

/** A button that opens a list of actions. */
export function Menu(props: {
  readonly label: string
  readonly triggerClass: string
  readonly trigger: JSX.Element
  readonly items: readonly MenuEntry[]
  readonly disabled?: boolean
}): JSX.Element {
  return (
    <DropdownMenu gutter={4} preventScroll={false} modal={false}>
      <DropdownMenu.Trigger
        class={props.triggerClass}
        aria-label={props.label}
        title={props.label}
        disabled={props.disabled ?? false}
      >
        {props.trigger}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content class="menu float">
          <For each={props.items}>
            {(item) => (
              <Show when={item} keyed fallback={<DropdownMenu.Separator />}>
                {(present) => ('heading' in present ? <Heading text={present.heading} /> : <Item item={present} />)}
              </Show>
            )}
          </For>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu>
  )
}

const Heading = (props: { readonly text: string }): JSX.Element => (
  <div class="menu-heading" role="presentation">
    {props.text}
  </div>
)

const Item = (props: { readonly item: MenuItem }): JSX.Element => (
  <DropdownMenu.Item
    class={classNames('menu-item', props.item.danger && 'danger')}
    disabled={props.item.disabled ?? false}
    onSelect={() => props.item.onSelect()}
  >
    <span class={classNames(props.item.chosen !== undefined && 'choice', props.item.chosen === true && 'chosen')}>
      {props.item.label}
      <Show when={props.item.chosen}>
        <span class="sr-only">, chosen</span>
      </Show>
    </span>
    <Show when={props.item.key}>{(key) => <kbd>{key()}</kbd>}</Show>
  </DropdownMenu.Item>
)
