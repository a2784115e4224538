/** The others who are at something: the first as a ring, the rest counted, all by name on hover and for readers of the screen. */
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import type { Person } from '#collab/wire/presence.ts'
import { Avatar } from './avatar.tsx'
import { namesOf } from './person.ts'

export function Watchers(props: {
  readonly people: readonly Person[]
  /** What they do, after their names: "here". */
  readonly what: string
}): JSX.Element {
  return (
    <Show when={props.people[0]}>
      {(first) => (
        <span class="watchers" title={`${namesOf(props.people)} ${props.what}`}>
          <Avatar person={first()} small />
          <Show when={props.people.length > 1}>
            <span aria-hidden="true">+{props.people.length - 1}</span>
          </Show>
          <span class="sr-only">
            {namesOf(props.people)} {props.what}
          </span>
        </span>
      )}
    </Show>
  )
}
