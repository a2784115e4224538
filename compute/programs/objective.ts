/** F, the number that is explained, as an expression of decoder states; targets lie along a leading axis K. */
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Dim, Size, Value } from '#compute/graph/value.ts'
import type { Model, Rows } from '#compute/models/model.ts'
import { cast, equal, exp, mul, sub } from '#compute/ops/elementwise.ts'
import { oneHot } from '#compute/ops/gather.ts'
import { logSoftmax } from '#compute/ops/normalise.ts'
import { sum } from '#compute/ops/reduce.ts'
import { positionsUpTo, reshape } from '#compute/ops/shape.ts'
import type { Objective } from '#compute/types.ts'

/** Which number of which tokens: part of a program's key. */
export interface ObjectiveSpec {
  readonly objective: Objective
  /** F is the difference to the same number of another token. */
  readonly isContrast: boolean
  /** A target is several tokens, whose numbers are added (probabilities multiplied); else one. */
  readonly isSpan: boolean
}

/** What tells programs of two objectives apart. */
export const objectiveKey = ({ objective, isContrast, isSpan }: ObjectiveSpec): string =>
  [objective, ...(isContrast ? ['contrast'] : []), ...(isSpan ? ['span'] : [])].join('-')

/**
 * Graph inputs that name the targets, int64: `position`, `target` and, for a contrast, `contrast`. Shape [K], and [K, R] for
 * spans, filled up to R tokens; there `counts` [K, R] is 1 for a token of the span and 0 for what fills it up.
 */
export interface TargetInputs {
  readonly targets: Size
  readonly rows: Dim
  /** Whether every node has targets of its own (along the axis K) instead of every target all nodes. */
  readonly isPaired: boolean
  readonly position: Value
  readonly target: Value
  readonly contrast: Value | null
  readonly counts: Value | null
}

/** Inputs for targets along a new axis K; or, with `paired`, for one target per node of that size. */
export function targetInputs({ isContrast, isSpan }: ObjectiveSpec, paired: Size | null = null): TargetInputs {
  const targets = paired ?? makeSize('targets')
  const rows = isSpan ? makeSize('rows') : 1
  const ids = (name: string): Value => input(name, 'int64', isSpan ? [targets, rows] : [targets])
  return {
    targets,
    rows,
    isPaired: paired !== null,
    position: ids('position'),
    target: ids('target'),
    contrast: isContrast ? ids('contrast') : null,
    counts: isSpan ? input('counts', 'float32', [targets, rows]) : null,
  }
}

export const listInputs = ({ position, target, contrast, counts }: TargetInputs): readonly Value[] =>
  [position, target, contrast, counts].filter((value) => value !== null)

/** [K, R] as [K, 1, R], or as [1, nodes, R] for paired targets. */
const overNodes = (value: Value, { targets, rows, isPaired }: TargetInputs, ...rest: readonly Dim[]): Value =>
  reshape(value, isPaired ? [1, targets, rows, ...rest] : [targets, 1, rows, ...rest])

/** The decoder rows that targets are read from. */
export function targetRows(inputs: TargetInputs, tokens: Value): Rows {
  const { targets, rows, isPaired, position } = inputs
  const length = tokens.shape.at(-2)!
  const column = overNodes(position, inputs, 1)
  return {
    pick: cast(equal(column, positionsUpTo(length)), 'float32'),
    positions: reshape(position, isPaired ? [1, targets, 1, rows, 1] : [targets, 1, 1, rows, 1]),
  }
}

/** F [K, nodes] (or [1, nodes] of paired targets) of picked decoder states [K, nodes, R, width]. */
export function objectiveOf(model: Model, states: Value, inputs: TargetInputs, { objective }: ObjectiveSpec): Value {
  const logits = model.head(states) // [K, nodes, R, vocabulary]
  const scores = objective === 'logit' ? logits : logSoftmax(logits)
  const pick = (ids: Value): Value => {
    const row = overNodes(oneHot(ids, model.vocabulary.output, 'float32'), inputs, model.vocabulary.output)
    const picked = sum(mul(scores, row), [-1]) // [K, nodes, R]
    const counted = inputs.counts === null ? picked : mul(picked, overNodes(inputs.counts, inputs))
    const total = sum(counted, [-1])
    return objective === 'probability' ? exp(total) : total
  }
  return inputs.contrast === null ? pick(inputs.target) : sub(pick(inputs.target), pick(inputs.contrast))
}
