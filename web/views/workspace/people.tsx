/** Who is here: you first, a ring each, and a click to follow. */
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import type { Attendee } from '#web/collab/people.ts'
import { whereabouts } from '#web/collab/people.ts'
import { For } from '#web/solid.ts'
import { useRoom } from '#web/state/room.ts'
import { Avatar } from '#web/widgets/avatar.tsx'
import { classNames } from '#web/widgets/class-names.ts'
import { Menu } from '#web/widgets/menu.tsx'
import { personColour } from '#web/widgets/person.ts'

/** More people than this go into a menu. */
const shown = 5

export function People(): JSX.Element {
  const room = useRoom()
  const people = room.attendance.people
  const you = (): Attendee | undefined => people()[0]
  const others = (): readonly Attendee[] => people().slice(1)
  return (
    <div
      class="people"
      role="group"
      aria-label={`${people().length} ${people().length === 1 ? 'person' : 'people'} here`}
    >
      <Show when={you()}>
        {(me) => (
          <span class="person" title={`You, as ${me().person.name}`}>
            <Avatar person={me().person} you />
          </span>
        )}
      </Show>
      <For each={others().slice(0, shown)}>{(attendee) => <FollowButton attendee={attendee} />}</For>
      <Show when={others().length > shown}>
        <Menu
          label={`${others().length - shown} more people`}
          triggerClass="avatar more"
          trigger={<span>+{others().length - shown}</span>}
          items={others()
            .slice(shown)
            .map((attendee) => ({
              label: `Follow ${whereabouts(attendee)}`,
              onSelect: () => room.following.follow(attendee.person.id),
            }))}
        />
      </Show>
    </div>
  )
}

function FollowButton(props: { readonly attendee: Attendee }): JSX.Element {
  const room = useRoom()
  const followed = (): boolean => room.following.target()?.person.id === props.attendee.person.id
  const label = (): string =>
    followed() ? `Stop following ${props.attendee.person.name}` : `Follow ${whereabouts(props.attendee)}`
  return (
    <button
      type="button"
      class={classNames('person', followed() && 'followed')}
      aria-label={label()}
      aria-pressed={followed()}
      title={label()}
      style={{ '--p': personColour(props.attendee.person) }}
      onClick={() => (followed() ? room.following.stop() : room.following.follow(props.attendee.person.id))}
    >
      <Avatar person={props.attendee.person} idle={props.attendee.idle} />
    </button>
  )
}

/** The frame round the page while somebody is followed, and the way out. */
export function FollowFrame(): JSX.Element {
  const room = useRoom()
  return (
    <Show when={room.following.target()}>
      {(attendee) => (
        <div class="follow-frame" data-dash={attendee().person.dash} style={{ '--p': personColour(attendee().person) }}>
          <span class="follow-tag" role="status">
            Following {attendee().person.name}
            <button type="button" class="link" onClick={() => room.following.stop()}>
              Stop
            </button>
          </span>
        </div>
      )}
    </Show>
  )
}
