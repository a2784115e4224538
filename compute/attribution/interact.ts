import type { Engine } from '#compute/runtime/engine.ts'
import type { InteractionOptions } from '#compute/types.ts'
import { attentionEdges } from './attention-edges.ts'
import { openCurvature } from './curvature.ts'
import { integratedHessians } from './integrated-hessians.ts'
import type { InteractionSteps } from './interactions.ts'
import { maskedPairs } from './masked-pairs.ts'
import { openMasking } from './masking.ts'
import type { Problem } from './problem.ts'
import { checkQuadrature } from './quadrature.ts'

/** How pairs of tokens act together on the targets of a problem. `unknownId` is that of the tokenizer, for the baseline `unk`. */
export async function* interact(
  engine: Engine,
  problem: Problem,
  options: InteractionOptions,
  unknownId: number | null,
  focus: () => number | null,
): InteractionSteps {
  const choice = { ...options, unknownId }
  if (options.kind === 'masked-pairs') return yield* maskedPairs(await openMasking(engine, problem, choice), focus)
  checkQuadrature(options.quadrature)
  if (options.kind === 'attention-edges') {
    return yield* attentionEdges(engine, problem, { ...options, kinds: null }, focus)
  }
  return yield* integratedHessians(await openCurvature(engine, problem, choice), options.quadrature, focus)
}
