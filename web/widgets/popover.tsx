import { Popover as Primitive } from '@kobalte/core/popover'
import type { JSX } from 'solid-js'
import { classNames } from './class-names.ts'

/** A panel that opens beside its button; Escape and a click outside close it. */
export function Popover(props: {
  readonly label: string
  readonly triggerClass: string
  readonly trigger: JSX.Element
  readonly contentClass?: string
  readonly open?: boolean
  readonly onOpenChange?: (open: boolean) => void
  readonly children: JSX.Element
}): JSX.Element {
  return (
    <Primitive
      gutter={4}
      {...(props.open === undefined ? {} : { open: props.open })}
      onOpenChange={(open) => props.onOpenChange?.(open)}
    >
      <Primitive.Trigger class={props.triggerClass} title={props.label} aria-label={props.label}>
        {props.trigger}
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content class={classNames('popover float', props.contentClass)} aria-label={props.label}>
          {props.children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive>
  )
}
