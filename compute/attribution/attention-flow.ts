/** Attention weights and rollout of output tokens: forward only, no promise of what they mean for F. */
import { attentionFlowGraph } from '#compute/programs/attention-flow.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { integers } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import type { AttentionFlow, AttentionKind } from '#compute/types.ts'
import { checkProblem } from './problem.ts'
import type { Problem } from './problem.ts'
import { idFeeds, tokensOf } from './target-feeds.ts'

/** One pass. Rows of a target of several tokens are averaged. */
export async function attentionFlow(engine: Engine, problem: Problem): Promise<AttentionFlow> {
  checkProblem(engine.model, problem)
  const { source, prefix } = problem
  const tokens = problem.targets.map(tokensOf)
  const positions = [...new Set(tokens.flat().map(({ position }) => position))].toSorted((a, b) => a - b)
  const session = await engine.program('attention-flow', () => attentionFlowGraph(engine.model), 'cold')
  const outputs = await session.run({
    ...idFeeds(problem),
    position: integers([positions.length], positions),
  })
  const rows = tokens.map((own) => own.map(({ position }) => positions.indexOf(position)))
  const take = (name: string, heads: number, width: number): Float32Array =>
    averageRows(outputs[name], rows, heads, positions.length, width)
  const [n, m] = [source.length, prefix?.length ?? 0]
  const { model } = engine
  const kinds: readonly AttentionKind[] = prefix === null ? ['decoder'] : ['decoder', 'cross']
  return {
    rollout: { source: take('rollout.source', 1, n), prefix: take('rollout.prefix', 1, m) },
    mean: { source: take('mean.source', 1, n), prefix: take('mean.prefix', 1, m) },
    weights: kinds.flatMap((kind) =>
      Array.from({ length: model.layers.decoder }, (_, layer) => {
        const width = kind === 'cross' || prefix === null ? n : m
        const shape = [tokens.length, model.heads.decoder, width] as const
        return { kind, layer, shape, weights: take(`weights.${kind}.${layer}`, model.heads.decoder, width) }
      }),
    ),
  }
}

/** Of a tensor [heads, rows, width], the mean over each target's rows: [targets, heads, width]. */
function averageRows(
  tensor: Tensor | undefined,
  targets: readonly (readonly number[])[],
  heads: number,
  count: number,
  width: number,
): Float32Array {
  const averaged = new Float32Array(targets.length * heads * width)
  if (tensor === undefined) return averaged
  targets.forEach((rows, k) => {
    for (let h = 0; h < heads; h++) {
      for (const row of rows) {
        const from = (h * count + row) * width
        for (let i = 0; i < width; i++)
          averaged[(k * heads + h) * width + i]! += Number(tensor.data[from + i]) / rows.length
      }
    }
  })
  return averaged
}
