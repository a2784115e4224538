/** An attribution on its way: the arrays of compute's `Attribution`, and which targets have arrived. */
import type { Attribution, PartialAttribution } from '#compute/types.ts'

export interface Scores extends Attribution {
  /** K. */
  readonly targets: number
  /** Columns of `source`. */
  readonly sourceWidth: number
  /** Columns of `prefix`; 0 for decoder-only models. */
  readonly prefixWidth: number
  /** [K] 1 for the targets that have values. */
  readonly known: Uint8Array
}

/** A finished result: every target is known. */
export function wholeScores(result: Attribution): Scores {
  const targets = result.objective.length
  return { ...result, ...widths(result, targets), targets, known: new Uint8Array(targets).fill(1) }
}

/** What was known before with the rows of a partial result in place; `targets` is the number of output tokens. */
export function mergePartial(before: Scores | null, partial: PartialAttribution, targets: number): Scores {
  const { sourceWidth, prefixWidth } = widths(partial, partial.targets.length)
  const fits = before?.targets === targets && before.sourceWidth === sourceWidth && before.prefixWidth === prefixWidth
  const merged = fits ? copy(before) : blank(targets, sourceWidth, prefixWidth)
  partial.targets.forEach((target, row) => {
    if (target < 0 || target >= targets) return
    copyRow(partial.source, row, merged.source, target, sourceWidth)
    copyRow(partial.prefix, row, merged.prefix, target, prefixWidth)
    merged.objective[target] = partial.objective[row] ?? 0
    merged.baselineObjective[target] = partial.baselineObjective[row] ?? 0
    merged.gap[target] = partial.gap[row] ?? Number.NaN
    merged.nodes[target] = partial.nodes[row] ?? 0
    merged.converged[target] = partial.converged[row] ?? 0
    merged.known[target] = 1
  })
  return merged
}

/** How many targets are within the tolerance. */
export const convergedCount = (scores: Scores): number =>
  scores.converged.reduce((sum, flag) => sum + (flag ? 1 : 0), 0)

const widths = (part: Attribution, rows: number): { sourceWidth: number; prefixWidth: number } => ({
  sourceWidth: rows === 0 ? 0 : part.source.length / rows,
  prefixWidth: rows === 0 ? 0 : part.prefix.length / rows,
})

function blank(targets: number, sourceWidth: number, prefixWidth: number): Scores {
  return {
    targets,
    sourceWidth,
    prefixWidth,
    source: new Float32Array(targets * sourceWidth),
    prefix: new Float32Array(targets * prefixWidth),
    objective: new Float32Array(targets),
    baselineObjective: new Float32Array(targets),
    gap: new Float32Array(targets).fill(Number.NaN),
    nodes: new Int32Array(targets),
    converged: new Uint8Array(targets),
    known: new Uint8Array(targets),
  }
}

function copy(scores: Scores): Scores {
  return {
    ...scores,
    source: scores.source.slice(),
    prefix: scores.prefix.slice(),
    objective: scores.objective.slice(),
    baselineObjective: scores.baselineObjective.slice(),
    gap: scores.gap.slice(),
    nodes: scores.nodes.slice(),
    converged: scores.converged.slice(),
    known: scores.known.slice(),
  }
}

function copyRow(from: Float32Array, row: number, into: Float32Array, target: number, width: number): void {
  into.set(from.subarray(row * width, (row + 1) * width), target * width)
}
