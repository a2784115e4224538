import type { Engine } from '#compute/runtime/engine.ts'
import type { AttributionOptions } from '#compute/types.ts'
import { gradientNorm } from './gradient-norm.ts'
import { gradientTimesInput } from './gradient.ts'
import { integratedGradients } from './integrated-gradients.ts'
import { openMasking } from './masking.ts'
import type { Control, Steps } from './method.ts'
import { occlusion } from './occlusion.ts'
import { openPath } from './path.ts'
import type { Problem } from './problem.ts'
import { checkQuadrature } from './quadrature.ts'

/** Explains the targets of a problem by the chosen method. `unknownId` is that of the tokenizer, for the baseline `unk`. */
export async function* attribute(
  engine: Engine,
  problem: Problem,
  options: AttributionOptions,
  unknownId: number | null,
  control: Control,
): Steps {
  const choice = { ...options, unknownId }
  if (options.method === 'occlusion') return yield* occlusion(await openMasking(engine, problem, choice), control)
  checkQuadrature(options.quadrature)
  const path = await openPath(engine, problem, choice)
  if (options.method === 'gradient-norm') return yield* gradientNorm(path, control)
  return yield* options.method === 'gradient-x-input'
    ? gradientTimesInput(path, control)
    : integratedGradients(path, options.quadrature, control)
}
