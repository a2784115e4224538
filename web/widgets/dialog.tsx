import { Dialog as Primitive } from '@kobalte/core/dialog'
import type { Component, JSX } from 'solid-js'
import { Show } from 'solid-js'
import { classNames } from './class-names.ts'

/** A modal question: focus stays inside, Escape closes, focus returns to where it was. */
export const Dialog: Component<{
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  readonly description?: JSX.Element
  readonly wide?: boolean
  readonly children: JSX.Element
}> = (props) => (
  <Primitive open={props.open} onOpenChange={(open) => props.onOpenChange(open)} preventScroll={false}>
    <Primitive.Portal>
      <Primitive.Overlay class="scrim" />
      <div class="dialog-place">
        <Primitive.Content class={classNames('dialog float', props.wide && 'wide')}>
          <Primitive.Title as="h2">{props.title}</Primitive.Title>
          <Show when={props.description}>
            <Primitive.Description>{props.description}</Primitive.Description>
          </Show>
          {props.children}
        </Primitive.Content>
      </div>
    </Primitive.Portal>
  </Primitive>
)
