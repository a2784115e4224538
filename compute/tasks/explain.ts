import { attribute } from '#compute/attribution/attribute.ts'
import type { Control, Steps } from '#compute/attribution/method.ts'
import { outputProblem } from '#compute/attribution/problem.ts'
import type { AttributionOptions } from '#compute/types.ts'
import { unknownIdOf } from './opened.ts'
import type { Opened } from './opened.ts'

/** Attributes every token of an output. */
export async function* explain(
  opened: Opened,
  source: readonly number[],
  output: readonly number[],
  options: AttributionOptions,
  control: Control,
): Steps {
  const problem = outputProblem(opened.engine.model, source, output)
  const unknownId = options.baseline === 'unk' ? await unknownIdOf(opened) : null
  return yield* attribute(opened.engine, problem, options, unknownId, control)
}
