/** What the pointer is on: in a pattern, or on a token of another view; the same place is marked in all of them. */
import { createSignal } from 'solid-js'
import type { AttentionKind } from '#compute/types.ts'
import type { TokenChoice } from '#collab/wire/document.ts'
import { sameToken } from '#web/state/permalink.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import type { Board } from './board.ts'
import type { HeadPattern } from './head-patterns.ts'
import type { Spot } from './pattern-frame.ts'
import { spanOn } from './sides.ts'

export interface Spots {
  /** The spot to be marked in a pattern. */
  on(pattern: HeadPattern): Spot | null
  /** The pointer moved to a spot of a pattern, or out of it. */
  point(pattern: HeadPattern, spot: Spot | null): void
  /** A click: the query chooses its token, a name of a key that key's; what is chosen is let go of. */
  choose(pattern: HeadPattern, spot: Spot): void
}

export function createSpots(board: Board): Spots {
  const desk = useDesk()
  const { selection } = board.room
  const [pointed, setPointed] = createSignal<{ readonly kind: AttentionKind; readonly spot: Spot } | null>(null)
  const tokenOf = ({ sides }: HeadPattern, { query, key }: Spot): TokenChoice | null => {
    const place = query === null ? sides.keys[key ?? -1] : sides.queries[query]
    return place?.token ?? null
  }
  return {
    on(pattern) {
      const own = pointed()
      if (own !== null) return own.kind === pattern.head.kind ? own.spot : null
      const token = desk.hovered()
      if (token === null) return null
      const query = spanOn(pattern.sides.queries, token)?.[0] ?? null
      const key = spanOn(pattern.sides.keys, token)?.[0] ?? null
      return query === null && key === null ? null : { query, key }
    },
    point(pattern, spot) {
      const before = pointed()
      if (before?.spot.query === spot?.query && before?.spot.key === spot?.key && (before === null) === (spot === null))
        return
      setPointed(spot && { kind: pattern.head.kind, spot })
      desk.setHovered(spot && tokenOf(pattern, spot))
    },
    choose(pattern, spot) {
      const token = tokenOf(pattern, spot)
      if (token !== null) selection.chooseToken(sameToken(token, selection.view().token) ? null : token)
    },
  }
}
