/** Texts and targets as programs take them. */
import type { Model } from '#compute/models/model.ts'
import type { ObjectiveSpec } from '#compute/programs/objective.ts'
import { floats, integers } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import type { AttributionOptions, Target, TargetToken } from '#compute/types.ts'
import { checkId } from './problem.ts'
import type { Problem } from './problem.ts'

/** Every output token of a target, the last one last. */
export const tokensOf = ({ position, id, earlier = [] }: Target): readonly TargetToken[] => [
  ...earlier,
  { position, id },
]

/** Feeds of `tokenInputs` for one text. */
export const idFeeds = ({ source, prefix }: Pick<Problem, 'source' | 'prefix'>): Readonly<Record<string, Tensor>> => ({
  input_ids: integers([1, source.length], source),
  ...(prefix === null ? {} : { decoder_input_ids: integers([1, prefix.length], prefix) }),
})

/** The objective of a problem; fails on a contrast outside the vocabulary. */
export function specOf(
  model: Model,
  { targets }: Problem,
  { objective, contrast }: Pick<AttributionOptions, 'objective' | 'contrast'>,
): ObjectiveSpec {
  if (contrast !== null) checkId('contrast', contrast, model.vocabulary.output)
  return { objective, isContrast: contrast !== null, isSpan: targets.some(({ earlier = [] }) => earlier.length > 0) }
}

/** Feeds of `targetInputs` for some targets. */
export function targetFeeds(
  spec: ObjectiveSpec,
  targets: readonly Target[],
  contrast: number | null,
): Readonly<Record<string, Tensor>> {
  const lists = targets.map(tokensOf)
  const rows = Math.max(...lists.map(({ length }) => length))
  const shape = spec.isSpan ? [targets.length, rows] : [targets.length]
  const ids = (read: (token: TargetToken) => number): Tensor => {
    const filled = lists.flatMap((list) => Array.from({ length: rows }, (_, r) => read(list[r] ?? list[0]!)))
    return integers(shape, filled)
  }
  const counts = lists.flatMap(({ length }) => Array.from({ length: rows }, (_, r) => (r < length ? 1 : 0)))
  return {
    position: ids(({ position }) => position),
    target: ids(({ id }) => id),
    ...(contrast === null ? {} : { contrast: ids(() => contrast) }),
    ...(spec.isSpan ? { counts: floats(shape, Float32Array.from(counts)) } : {}),
  }
}

/** Tokens of the decoder that some of these targets depend on: the rest may be cut away. */
export function visibleLength(model: Model, { source, prefix }: Problem, targets: readonly Target[]): number {
  const { length } = prefix ?? source
  if (length > (model.steadyTokens ?? Infinity)) return length
  return 1 + Math.max(...targets.map(({ position }) => position))
}
