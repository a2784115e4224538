/** Collecting the results of targets, in any order, into one attribution. */
import type { Attribution, PartialAttribution } from '#compute/types.ts'
import type { Problem } from './problem.ts'

/** What scores are about: the tokens of source and prefix, and the targets. */
export interface Scored {
  readonly problem: Problem
  readonly tokens: number
}

/** The result of one target. */
export interface TargetResult {
  /** One score per token, source then prefix. */
  readonly scores: Float64Array
  readonly objective: number
  readonly baselineObjective: number
  readonly nodes: number
  readonly converged: boolean
}

/** Joins results of `targets`; the gap is that of the scores as they are shown, in float32. */
export function gatherScores(
  path: Scored,
  targets: readonly number[],
  results: readonly TargetResult[],
): PartialAttribution {
  const sourceTokens = path.problem.source.length
  const prefixTokens = path.tokens - sourceTokens
  const source = new Float32Array(targets.length * sourceTokens)
  const prefix = new Float32Array(targets.length * prefixTokens)
  const gap = new Float32Array(targets.length)
  results.forEach(({ scores, objective, baselineObjective }, k) => {
    source.set(scores.subarray(0, sourceTokens), k * sourceTokens)
    prefix.set(scores.subarray(sourceTokens), k * prefixTokens)
    const shown = [
      ...source.subarray(k * sourceTokens, (k + 1) * sourceTokens),
      ...prefix.subarray(k * prefixTokens, (k + 1) * prefixTokens),
    ]
    gap[k] = shown.reduce((sum, score) => sum + score, 0) - (objective - baselineObjective)
  })
  return {
    targets,
    source,
    prefix,
    gap,
    objective: Float32Array.from(results, ({ objective }) => objective),
    baselineObjective: Float32Array.from(results, ({ baselineObjective }) => baselineObjective),
    nodes: Int32Array.from(results, ({ nodes }) => nodes),
    converged: Uint8Array.from(results, ({ converged }) => (converged ? 1 : 0)),
  }
}

/** Results by target, as they come in. */
export interface Board {
  readonly put: (target: number, result: TargetResult) => void
  /** Takes the targets of an earlier attempt. */
  readonly adopt: (partial: PartialAttribution) => void
  readonly partial: (targets: readonly number[]) => PartialAttribution
  readonly whole: () => Attribution
}

export function makeBoard(path: Scored): Board {
  const results = new Map<number, TargetResult>()
  const partial = (targets: readonly number[]): PartialAttribution =>
    gatherScores(
      path,
      targets,
      targets.map((target) => results.get(target)!),
    )
  return {
    partial,
    put: (target, result) => results.set(target, result),
    adopt: (earlier) => {
      earlier.targets.forEach((target, k) => results.set(target, splitScores(path, earlier, k)))
    },
    whole: () => {
      const { targets: _all, ...attribution } = partial(path.problem.targets.map((_, index) => index))
      return attribution
    },
  }
}

function splitScores(path: Scored, earlier: PartialAttribution, k: number): TargetResult {
  const sourceTokens = path.problem.source.length
  const prefixTokens = path.tokens - sourceTokens
  const scores = new Float64Array(path.tokens)
  scores.set(earlier.source.subarray(k * sourceTokens, (k + 1) * sourceTokens))
  scores.set(earlier.prefix.subarray(k * prefixTokens, (k + 1) * prefixTokens), sourceTokens)
  return {
    scores,
    objective: earlier.objective[k]!,
    baselineObjective: earlier.baselineObjective[k]!,
    nodes: earlier.nodes[k]!,
    converged: earlier.converged[k] === 1,
  }
}
