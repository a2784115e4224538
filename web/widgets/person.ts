/** How a person is drawn: colour, dash and letter are three channels for the same thing. */
import type { Person } from '#collab/wire/presence.ts'

/** The custom property of a person's colour. */
export const personColour = (person: Pick<Person, 'colour'>): string => `var(--person-${person.colour})`

/** "Ana, Ben". */
export const namesOf = (people: readonly Person[]): string => people.map(({ name }) => name).join(', ')

/** The letter others know a person by. */
export function initialOf(name: string): string {
  const [first = '?'] = Array.from(name.trim())
  return first.toLocaleUpperCase()
}
