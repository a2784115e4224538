import type { Attribution, PartialAttribution, Progress } from '#compute/types.ts'

/** What a method reports between two runs. */
export interface Step {
  readonly progress: Progress
  readonly partial: PartialAttribution | null
}

/** What may change while a method works. */
export interface Control {
  /** The target somebody is waiting for, as an index; it is finished before the others. */
  readonly focus: () => number | null
  /** Targets that an earlier attempt finished. */
  readonly finished: PartialAttribution | null
}

/** An attribution under way: it can be stopped, or another task slipped in, at every step. */
export type Steps = AsyncGenerator<Step, Attribution>
