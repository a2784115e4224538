import type { Component } from 'solid-js'
import type { Person } from '#collab/wire/presence.ts'
import { classNames } from './class-names.ts'
import { initialOf, personColour } from './person.ts'

/** A ring in the person's colour and dash, with the initial. You are grey. */
export const Avatar: Component<{
  readonly person: Person
  readonly you?: boolean
  readonly small?: boolean
  readonly idle?: boolean
}> = (props) => (
  <span
    class={classNames('avatar', props.you && 'you', props.small && 's', props.idle && 'idle')}
    style={{ '--p': props.you ? 'var(--ink-3)' : personColour(props.person) }}
    data-dash={props.you ? 1 : props.person.dash}
    aria-hidden="true"
  >
    {props.you ? 'You' : initialOf(props.person.name)}
  </span>
)
