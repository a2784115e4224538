/** Collecting interactions of pairs of tokens, target by target. */
import type { Interactions, PartialInteractions, Progress } from '#compute/types.ts'
import type { Scored } from './scores.ts'

/** The interactions of one target. */
export interface InteractionResult {
  /** [S, S] */
  readonly matrix: Float64Array
  readonly objective: number
  readonly baselineObjective: number
  readonly gap: number
  readonly nodes: number
  readonly converged: boolean
}

/** Interactions under way: they can be stopped, or another task slipped in, at every step. */
export type InteractionSteps = AsyncGenerator<InteractionStep, Interactions>

export interface InteractionStep {
  readonly progress: Progress
  readonly partial: PartialInteractions | null
}

export interface InteractionBoard {
  readonly put: (target: number, result: InteractionResult) => void
  readonly partial: (targets: readonly number[]) => PartialInteractions
  readonly whole: () => Interactions
}

export function makeInteractionBoard({ problem, tokens }: Scored, caution: string | null): InteractionBoard {
  const results = new Map<number, InteractionResult>()
  const partial = (targets: readonly number[]): PartialInteractions => {
    const found = targets.map((target) => results.get(target)!)
    const interactions = new Float32Array(targets.length * tokens * tokens)
    found.forEach(({ matrix }, k) => interactions.set(matrix, k * tokens * tokens))
    return {
      targets,
      interactions,
      objective: Float32Array.from(found, ({ objective }) => objective),
      baselineObjective: Float32Array.from(found, ({ baselineObjective }) => baselineObjective),
      gap: Float32Array.from(found, ({ gap }) => gap),
      nodes: Int32Array.from(found, ({ nodes }) => nodes),
      converged: Uint8Array.from(found, ({ converged }) => (converged ? 1 : 0)),
      caution,
    }
  }
  return {
    partial,
    put: (target, result) => results.set(target, result),
    whole: () => {
      const { targets: _all, ...interactions } = partial([...problem.targets.keys()])
      return interactions
    },
  }
}
