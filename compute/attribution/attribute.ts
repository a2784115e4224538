import { ComputeError } from '#compute/errors.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { AttributionOptions } from '#compute/types.ts'
import { gradientTimesInput } from './gradient.ts'
import { integratedGradients } from './integrated-gradients.ts'
import type { Control, Steps } from './method.ts'
import { openPath } from './path.ts'
import type { Problem } from './problem.ts'

/** Fewer than one node is no rule; more than this would be an hour on a laptop. */
const mostNodes = 4096

/** Explains the targets of a problem by the chosen method. `unknownId` is that of the tokenizer, for the baseline `unk`. */
export async function* attribute(
  engine: Engine,
  problem: Problem,
  options: AttributionOptions,
  unknownId: number | null,
  control: Control,
): Steps {
  checkQuadrature(options)
  const path = await openPath(engine, problem, { ...options, unknownId })
  return yield* options.method === 'gradient-x-input'
    ? gradientTimesInput(path, control)
    : integratedGradients(path, options.quadrature, control)
}

function checkQuadrature({ quadrature }: AttributionOptions): void {
  if ('nodes' in quadrature) {
    const { nodes } = quadrature
    if (Number.isInteger(nodes) && nodes >= 1 && nodes <= mostNodes) return
    throw new ComputeError('bad-input', `The number of nodes must be from 1 to ${mostNodes}, not ${nodes}`)
  }
  const { tolerance } = quadrature
  if (tolerance > 0 && tolerance < 1) return
  throw new ComputeError('bad-input', `The tolerance must lie between 0 and 1, such as 0.01, not ${tolerance}`)
}
