/** The others who are at something: the first as a ring, the rest counted, and in words on hover and for readers of the screen. */
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import type { Person } from '#collab/wire/presence.ts'
import { Avatar } from './avatar.tsx'

export function Watchers(props: {
  readonly people: readonly Person[]
  /** Who does what: "Ana, Ben here". */
  readonly text: string
}): JSX.Element {
  return (
    <Show when={props.people[0]}>
      {(first) => (
        <span class="watchers" title={props.text}>
          <Avatar person={first()} small />
          <Show when={props.people.length > 1}>
            <span aria-hidden="true">+{props.people.length - 1}</span>
          </Show>
          <span class="sr-only">{props.text}</span>
        </span>
      )}
    </Show>
  )
}
