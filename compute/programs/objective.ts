/** F, the number that is explained, as an expression of decoder states; targets lie along a leading axis K. */
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Size, Value } from '#compute/graph/value.ts'
import type { Model, Rows } from '#compute/models/model.ts'
import { cast, equal, exp, mul, sub } from '#compute/ops/elementwise.ts'
import { oneHot } from '#compute/ops/gather.ts'
import { logSoftmax } from '#compute/ops/normalise.ts'
import { sum } from '#compute/ops/reduce.ts'
import { positionsUpTo, reshape, squeeze, unsqueeze } from '#compute/ops/shape.ts'
import type { Objective } from '#compute/types.ts'

/** Which number of which token: part of a program's key. */
export interface ObjectiveSpec {
  readonly objective: Objective
  /** F is the difference to the same number of another token. */
  readonly isContrast: boolean
}

/** Graph inputs that name the targets: `position`, `target` and, for a contrast, `contrast`, int64 [K]. */
export interface TargetInputs {
  readonly targets: Size
  readonly position: Value
  readonly target: Value
  readonly contrast: Value | null
}

export function targetInputs({ isContrast }: ObjectiveSpec): TargetInputs {
  const targets = makeSize('targets')
  const ids = (name: string): Value => input(name, 'int64', [targets])
  return { targets, position: ids('position'), target: ids('target'), contrast: isContrast ? ids('contrast') : null }
}

export const listInputs = ({ position, target, contrast }: TargetInputs): readonly Value[] =>
  contrast === null ? [position, target] : [position, target, contrast]

/** The decoder rows that targets are read from. */
export function targetRows({ targets, position }: TargetInputs, tokens: Value): Rows {
  const length = tokens.shape.at(-2)!
  const column = reshape(position, [targets, 1, 1, 1])
  return {
    pick: cast(equal(column, positionsUpTo(length)), 'float32'),
    positions: reshape(position, [targets, 1, 1, 1, 1]),
  }
}

/** F [K, nodes] of picked decoder states [K, nodes, 1, width]. */
export function objectiveOf(model: Model, states: Value, inputs: TargetInputs, { objective }: ObjectiveSpec): Value {
  const logits = squeeze(model.head(states), [2]) // [K, nodes, vocabulary]
  const scores = objective === 'logit' ? logits : logSoftmax(logits)
  const pick = (ids: Value): Value => {
    const row = unsqueeze(oneHot(ids, model.vocabulary.output, 'float32'), [1]) // [K, 1, vocabulary]
    const picked = sum(mul(scores, row), [-1])
    return objective === 'probability' ? exp(picked) : picked
  }
  return inputs.contrast === null ? pick(inputs.target) : sub(pick(inputs.target), pick(inputs.contrast))
}
