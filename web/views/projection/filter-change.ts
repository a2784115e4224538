import { useRoom } from '#web/state/room.ts'
import type { Change } from './legend-filters.ts'

/** Applies what a click on the legend means; everybody sees it. */
export function createApply(): (change: Change | null) => void {
  const room = useRoom()
  return (change) => {
    if (change === null || !room.writable()) return
    if (change.kind === 'add') room.filters.add(change.filter)
    else if (change.kind === 'change') room.filters.change(change.id, change.filter)
    else room.filters.remove(change.id)
  }
}
