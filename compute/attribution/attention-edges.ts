/** Attention attribution as edges between tokens: summed over heads, layers and kinds, an overview of what looked at what. */
import type { Engine } from '#compute/runtime/engine.ts'
import type { AttentionAttribution, AttentionKind, AttentionOptions } from '#compute/types.ts'
import { attentionAttribution } from './attention-attribution.ts'
import { makeInteractionBoard } from './interactions.ts'
import type { InteractionResult, InteractionSteps } from './interactions.ts'
import type { Problem } from './problem.ts'

const caution =
  'Attention edges add up what each layer would explain by itself: an overview, whose sum is not the change of F.'

/**
 * Entry [query, key] is Σ over layers, heads and kinds of the attention attribution (Hao et al. 2021), and so is the gap of a
 * target that of all its layers together. Queries of the encoder and keys of the cross attention are source tokens. No baseline
 * takes part, so F₀ is NaN.
 */
export async function* attentionEdges(
  engine: Engine,
  problem: Problem,
  options: AttentionOptions,
  focus: () => number | null,
): InteractionSteps {
  const tokens = problem.source.length + (problem.prefix?.length ?? 0)
  const steps = attentionAttribution(engine, problem, options, { focus, finished: [] })
  let step = await steps.next()
  while (!step.done) {
    yield { progress: step.value.progress, partial: null }
    step = await steps.next()
  }
  const board = makeInteractionBoard({ problem, tokens }, caution)
  for (const target of problem.targets.keys()) board.put(target, edgesOf(step.value, target, problem, tokens))
  return board.whole()
}

function edgesOf(
  { layers, objective }: AttentionAttribution,
  target: number,
  problem: Problem,
  tokens: number,
): InteractionResult {
  const matrix = new Float64Array(tokens * tokens)
  const first = problem.prefix === null ? 0 : problem.source.length
  const starts: Readonly<Record<AttentionKind, readonly [query: number, key: number]>> = {
    encoder: [0, 0],
    decoder: [first, first],
    cross: [first, 0],
  }
  for (const { kind, attribution, shape } of layers) {
    const [, heads, queries, keys] = shape
    const [query, key] = starts[kind]
    for (let row = 0; row < heads * queries; row++) {
      const from = (target * heads * queries + row) * keys
      const to = (query + (row % queries)) * tokens + key
      for (let j = 0; j < keys; j++) matrix[to + j]! += attribution[from + j]!
    }
  }
  return {
    matrix,
    objective: objective[target]!,
    baselineObjective: NaN,
    gap: layers.reduce((sum, { gap }) => sum + gap[target]!, 0),
    nodes: layers.reduce((sum, { nodes }) => sum + nodes[target]!, 0),
    converged: layers.every(({ converged }) => converged[target] === 1),
  }
}
