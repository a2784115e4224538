/** How this person looks at the instance: kept while the workspace is open, whichever panes are on screen. */
import type { Accessor } from 'solid-js'
import { createSignal } from 'solid-js'
import type { PairKind } from './pairs.ts'

export const answers = ['why', 'pairs', 'lens', 'compare'] as const
export type Answer = (typeof answers)[number]

export const lanesOfB = ['b', 'difference'] as const
export type LanesOfB = (typeof lanesOfB)[number]

export interface InstanceSettings {
  /** What the panel beside the lanes answers. */
  readonly answer: Accessor<Answer>
  setAnswer(answer: Answer): void
  /** What is computed of pairs of tokens, and how many of them are drawn as arcs. */
  readonly pairKind: Accessor<PairKind>
  setPairKind(kind: PairKind): void
  readonly arcs: Accessor<number>
  setArcs(arcs: number): void
  /** Whether the lanes of B show itself or how it differs from A. */
  readonly ofB: Accessor<LanesOfB>
  setOfB(shown: LanesOfB): void
}

export function createInstanceSettings(): InstanceSettings {
  const [answer, setAnswer] = createSignal<Answer>('why')
  const [pairKind, setPairKind] = createSignal<PairKind>('masked-pairs')
  const [arcs, setArcs] = createSignal(12)
  const [ofB, setOfB] = createSignal<LanesOfB>('b')
  return { answer, setAnswer, pairKind, setPairKind, arcs, setArcs, ofB, setOfB }
}
