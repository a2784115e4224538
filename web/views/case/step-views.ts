/** What a step shows in the views when somebody goes to it: what its text is about, as far as that is known by then. */
import { entitySupportReport } from '#server/wire/case-studies.ts'
import type { View } from '#web/state/permalink.ts'
import type { Room } from '#web/state/room.ts'

/** Names that steps of the newsroom are about, by the list of the report that they head. */
const namesOf: Readonly<Record<string, 'doubtful' | 'sure'>> = { source: 'doubtful', missed: 'sure' }

/** Nothing where somebody has chosen an instance and the step is about none in particular. */
export function viewOfStep(step: string, room: Room): Partial<View> {
  const list = Object.hasOwn(namesOf, step) ? namesOf[step] : undefined
  const named = list === undefined ? null : viewOfName(list, room)
  if (named !== null) return named
  const first = room.list.rows().get(0)
  return room.selection.view().instance !== null || first === undefined
    ? {}
    : { instance: first.id, token: { side: 'output', index: 0 } }
}

function viewOfName(list: 'doubtful' | 'sure', room: Room): Partial<View> | null {
  const known = room.analyses.known(null, { kind: 'entity-support' })
  const [name] = entitySupportReport.safeParse(known?.report).data?.[list] ?? []
  const points = room.points.state()
  if (name === undefined || points.kind !== 'ready') return null
  const instance = points.points.ids[points.points.indexOfOrdinal(name.row)]
  return instance === undefined ? null : { instance, token: { side: 'output', index: name.token } }
}
