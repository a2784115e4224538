import type { Model } from '#compute/models/model.ts'
import type { Baseline } from '#compute/types.ts'

/** Where a path should start, and why. */
export interface BaselineAdvice {
  readonly baseline: Baseline
  readonly reason: string
}

/** The mean embedding lies inside the cloud of embeddings and stands for no word; for some models zero is a trap besides. */
export function baselineAdvice({ hasSingularZero = false }: Model): BaselineAdvice {
  const reason = hasSingularZero
    ? 'zero is a singular point of this architecture: a norm comes first and no positions are added, so all of F changes next to it'
    : 'it lies inside the cloud of embeddings and stands for no word'
  return { baseline: 'mean', reason }
}

/** What to say of targets that did not converge on a path from zero where zero is a singular point; null where there is nothing. */
export function zeroCaution(model: Model, baseline: Baseline, converged: Uint8Array): string | null {
  const missed = converged.filter((flag) => flag === 0).length
  if (baseline !== 'zero' || model.hasSingularZero !== true || missed === 0) return null
  const advice = baselineAdvice(model)
  return `${missed} of ${converged.length} targets did not converge: ${advice.reason}. Use --baseline ${advice.baseline}.`
}
