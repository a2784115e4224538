/** What the tab "Pairs" and the arcs over the lanes share: which kind of interaction, how many arcs, and whose. */
import type { Accessor } from 'solid-js'
import { createMemo, createSignal } from 'solid-js'
import type { Question } from '#server/wire/analyses.ts'
import type { Analysis } from '#web/state/analyses.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { spanOf } from './layout.ts'
import type { InstanceModel } from './model.ts'
import type { Pair, PairKind, Pairs, Place } from './pairs.ts'
import { hasPlace, readPairs, topPairs } from './pairs.ts'

export interface PairState {
  readonly kind: Accessor<PairKind>
  setKind(kind: PairKind): void
  /** How many arcs are drawn. */
  readonly most: Accessor<number>
  setMost(most: number): void
  /** The token whose arcs alone are drawn. */
  readonly hovered: Accessor<Place | null>
  setHovered(place: Place | null): void
  /** The output token that the pairs are about; null while none is chosen. */
  readonly target: Accessor<number | null>
  readonly question: Accessor<Question | null>
  /** What is known of the answer; null before anybody has asked. */
  readonly analysis: Accessor<Analysis | null>
  readonly pairs: Accessor<Pairs | null>
  readonly top: Accessor<readonly Pair[]>
  /** The pairs whose arcs are drawn now. */
  readonly drawn: Accessor<readonly Pair[]>
  ask(): void
}

/** More arcs than these cannot be told apart. */
export const mostArcs = 40

export function createPairState(model: InstanceModel, open: Accessor<boolean>): PairState {
  const room = useRoom()
  const { pairKind: kind, setPairKind: setKind, arcs: most, setArcs: setMost } = useDesk()
  const [hovered, setHovered] = createSignal<Place | null>(null)
  const target = createMemo(() => {
    const choice = model.choice()
    return choice?.side === 'output' ? spanOf(choice)[0] : null
  })
  const question = createMemo<Question | null>(() => {
    const at = target()
    if (at === null) return null
    const { baseline, objective, contrast, attributeSpecial, quadrature } = model.options()
    return { kind: 'interactions', of: kind(), target: at, baseline, objective, contrast, attributeSpecial, quadrature }
  })
  const analysis = createMemo(() => {
    const now = question()
    return now === null ? null : room.analyses.known(model.instance(), now)
  })
  const pairs = createMemo(() => {
    const tensor = (analysis()?.tensors ?? analysis()?.partial)?.get('interactions')
    const at = target()
    return tensor && at !== null ? readPairs(tensor, kind(), model.layout(), at) : null
  })
  const top = createMemo(() => {
    const found = pairs()
    return found ? topPairs(found, most()) : []
  })
  const drawn = createMemo(() => {
    if (!open()) return []
    const place = hovered()
    const own = place ? top().filter((pair) => hasPlace(pair, place)) : []
    return own.length > 0 ? own : top()
  })
  const ask = (): void => {
    const now = question()
    if (now !== null) room.analyses.ask(model.instance(), now)
  }
  return {
    kind,
    setKind,
    most,
    setMost: (next) => setMost(Math.max(1, Math.min(mostArcs, next))),
    hovered,
    setHovered: (place) => void setHovered(place),
    target,
    question,
    analysis,
    pairs,
    top,
    drawn,
    ask,
  }
}
