/** Other people's selections as brackets above the tokens: which part of whose bracket stands on which token. */
import type { Selection } from '#collab/wire/document.ts'
import type { Person } from '#collab/wire/presence.ts'
import type { Attendee } from '#web/collab/people.ts'
import type { Side } from './frame.ts'
import { spanOf } from './layout.ts'

export interface BracketPart {
  readonly person: Person
  readonly index: number
  readonly opens: boolean
  readonly closes: boolean
  /** Brackets over the same token stand one above the other; 0 is next to the text. */
  readonly level: number
}

/** More than these are not drawn; the people list says who else is here. */
const mostLevels = 3

/** The brackets on one side of an instance, for the people who are in the room. */
export function bracketsOf(
  people: readonly Attendee[],
  selections: ReadonlyMap<string, Selection>,
  instance: string,
  side: Side,
  tokens: number,
): readonly BracketPart[] {
  const parts: BracketPart[] = []
  const taken: (readonly [number, number])[][] = []
  for (const { person, you } of people) {
    const selection = selections.get(person.id)
    if (you || selection?.instance !== instance || selection.token?.side !== side) continue
    const [first, end] = spanOf(selection.token)
    const last = Math.min(end, tokens - 1)
    if (first > last) continue
    const level = freeLevel(taken, first, last)
    if (level === null) continue
    for (let index = first; index <= last; index++) {
      parts.push({ person, index, opens: index === first, closes: index === last, level })
    }
  }
  return parts
}

function freeLevel(taken: (readonly [number, number])[][], first: number, last: number): number | null {
  for (let level = 0; level < mostLevels; level++) {
    const spans = (taken[level] ??= [])
    if (spans.some(([start, end]) => first <= end + 1 && last >= start - 1)) continue
    spans.push([first, last])
    return level
  }
  return null
}
