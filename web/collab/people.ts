/** Who is in the room: one entry a person, however many tabs they have open. */
import type { Person, Presence, Spot } from '#collab/wire/presence.ts'
import { presence } from '#collab/wire/presence.ts'

/** Somebody in the room, as the others see them. */
export interface Attendee {
  readonly person: Person
  readonly you: boolean
  readonly idle: boolean
  readonly pane: Presence['pane']
}

/** What somebody else's pointer, or their keys, are on. */
export interface Pointing {
  readonly person: Person
  readonly spot: Spot
}

/**
 * The people behind a set of awareness states, you first, then by name. A state that does not fit the schema is left out.
 * Somebody with several tabs is idle only when all of them are.
 */
export function peopleOf(states: ReadonlyMap<number, unknown>, me: Person): readonly Attendee[] {
  const byPerson = new Map<string, Attendee>([[me.id, attendeeOf(me, true, {})]])
  for (const state of states.values()) {
    const parsed = presence.safeParse(state)
    if (!parsed.success) continue
    const { id, name, colour, dash } = parsed.data.user
    const next = attendeeOf({ id, name, colour, dash }, id === me.id, parsed.data)
    const known = byPerson.get(id)
    byPerson.set(id, known === undefined || id === me.id ? next : merge(known, next))
  }
  return [...byPerson.values()].sort(
    (left, right) => Number(right.you) - Number(left.you) || left.person.name.localeCompare(right.person.name),
  )
}

/** Whether two lists name the same people at the same panes. Pointers move ten times a second; who is here does not. */
export const samePeople = (left: readonly Attendee[], right: readonly Attendee[]): boolean =>
  JSON.stringify(left) === JSON.stringify(right)

/** What the others point at, by person. Of somebody with several tabs, the tab whose pointer is on something. */
export function pointingsOf(states: ReadonlyMap<number, unknown>, me: string): ReadonlyMap<string, Pointing> {
  const found = new Map<string, Pointing>()
  for (const state of states.values()) {
    const parsed = presence.safeParse(state)
    if (!parsed.success || !parsed.data.hover || parsed.data.user.id === me) continue
    const { id, name, colour, dash } = parsed.data.user
    found.set(id, { person: { id, name, colour, dash }, spot: parsed.data.hover })
  }
  return found
}

function attendeeOf(person: Person, you: boolean, state: Pick<Partial<Presence>, 'idle' | 'pane'>): Attendee {
  return { person, you, idle: state.idle === true, pane: state.pane ?? null }
}

function merge(left: Attendee, right: Attendee): Attendee {
  const awake = left.idle ? right : left
  return { ...awake, idle: left.idle && right.idle }
}

const places = {
  instance: 'Instance',
  projection: 'Projection',
  list: 'the list',
  attention: 'Attention',
  notes: 'Notes',
} as const

/** What stands in a tooltip: "Ana, in Notes". */
export function whereabouts(attendee: Attendee): string {
  if (attendee.idle) return `${attendee.person.name}, idle`
  return attendee.pane ? `${attendee.person.name}, in ${places[attendee.pane]}` : attendee.person.name
}
