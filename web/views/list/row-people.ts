/** Who else is at a row of the list: who has it open, and who has it among the rows they chose. */
import { createMemo } from 'solid-js'
import { decodePoints } from '#collab/wire/point-set.ts'
import type { Person } from '#collab/wire/presence.ts'
import type { InstanceRow } from '#server/wire/instances.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'

export interface RowPeople {
  open(instance: string): readonly Person[]
  chose(row: Pick<InstanceRow, 'ordinal' | 'origin'>): readonly Person[]
}

export function createRowPeople(): RowPeople {
  const { preferences } = useApp()
  const { attendance, selections } = useRoom()
  const others = createMemo(() => {
    if (!preferences.values().showOthers) return []
    return attendance.people().flatMap(({ person, you }) => {
      const selection = you ? undefined : selections().get(person.id)
      if (selection === undefined) return []
      return [{ person, instance: selection.instance, chosen: new Set(decodePoints(selection.points)) }]
    })
  })
  const peopleWhere = (holds: (other: ReturnType<typeof others>[number]) => boolean): readonly Person[] =>
    others().flatMap((other) => (holds(other) ? [other.person] : []))
  return {
    open: (id) => peopleWhere(({ instance }) => instance === id),
    // Only rows of the corpus are points that can be chosen.
    chose: ({ ordinal, origin }) => (origin === null ? peopleWhere(({ chosen }) => chosen.has(ordinal)) : []),
  }
}
