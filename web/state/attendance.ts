/** Who else is here, and what this page tells about itself. */
import type { Accessor } from 'solid-js'
import { createSignal } from 'solid-js'
import type { Awareness } from 'y-protocols/awareness'
import type { ClientPresence, Person } from '#collab/wire/presence.ts'
import type { Attendee, Pointing } from '#web/collab/people.ts'
import { peopleOf, pointingsOf, samePeople } from '#web/collab/people.ts'
import type { Clock } from '#web/collab/throttle.ts'
import { makeThrottle } from '#web/collab/throttle.ts'

export interface Attendance {
  /** You first. */
  readonly people: Accessor<readonly Attendee[]>
  /** What the others point at, as long as they do. */
  readonly pointings: Accessor<ReadonlyMap<string, Pointing>>
  /** Tells the others where this person is. */
  show(part: Pick<ClientPresence, 'pane' | 'hover'>): void
  /** Says that this person did something just now. */
  active(): void
  close(): void
}

/** Presence goes out at most ten times a second; the server drops more than twenty. */
const interval = 100
/** After so long without a move, a person counts as idle. */
const patience = 60_000

export function createAttendance(awareness: Awareness, me: Accessor<Person>, clock: Clock): Attendance {
  const read = (): readonly Attendee[] => peopleOf(awareness.getStates(), me())
  const [people, setPeople] = createSignal(read(), { equals: samePeople })
  const pointed = (): ReadonlyMap<string, Pointing> => pointingsOf(awareness.getStates(), me().id)
  const [pointings, setPointings] = createSignal(pointed())
  const onChange = (): void => {
    setPeople(read())
    setPointings(pointed())
  }
  awareness.on('change', onChange)

  let state: ClientPresence = { pane: null, hover: null, idle: false }
  const out = makeThrottle<ClientPresence>(clock, interval, (value) => awareness.setLocalState(value))
  const send = (part: ClientPresence): void => {
    state = { ...state, ...part }
    out.push(state)
  }
  let rest: (() => void) | null = null
  const active = (): void => {
    rest?.()
    rest = clock.after(patience, () => send({ idle: true, hover: null }))
    if (state.idle) send({ idle: false })
  }
  out.push(state)
  active()
  return {
    people,
    pointings,
    show: send,
    active,
    close() {
      rest?.()
      out.close()
      awareness.off('change', onChange)
    },
  }
}
