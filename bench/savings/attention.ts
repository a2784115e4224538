/** Gradients of attention by a program that begins with the token ids, whatever the layer, to measure ours by. */
import type { Problem } from '#compute/attribution/problem.ts'
import { backward } from '#compute/grad/backward.ts'
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Hooks, Model } from '#compute/models/model.ts'
import { mul } from '#compute/ops/elementwise.ts'
import { sum } from '#compute/ops/reduce.ts'
import { unsqueeze } from '#compute/ops/shape.ts'
import { listInputs, objectiveOf, targetInputs, targetRows } from '#compute/programs/objective.ts'
import { readTokens, tokenInputs } from '#compute/programs/token-inputs.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { floats, integers } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import { logProbSpec } from '#tests/support/options.ts'

/** dF/dα of the last target where the decoder's attention of some layers, one after the other, is half of what it is. */
export async function slopesFromTokens(
  engine: Engine,
  { source, targets }: Problem,
  layers: readonly number[],
): Promise<readonly number[]> {
  const { position, id } = targets.at(-1)!
  const feeds: Readonly<Record<string, Tensor>> = {
    input_ids: integers([1, source.length], source),
    alpha: floats([1], Float32Array.of(0.5)),
    position: integers([1], [position]),
    target: integers([1], [id]),
  }
  const slopes: number[] = []
  for (const layer of layers) {
    const session = await engine.program(`whole-${layer}`, () => wholeGraph(engine.model, layer), 'cold')
    slopes.push(Number((await session.run(feeds))['slope']!.data[0]))
  }
  return slopes
}

/** Inputs `input_ids` [1, n] of a decoder-only model, `alpha` [nodes] and the targets. Output `slope` [K, nodes]. */
function wholeGraph(model: Model, place: number): Graph {
  const alpha = input('alpha', 'float32', [makeSize('nodes')])
  const targets = targetInputs(logProbSpec)
  const seen: { readonly probabilities: Value; readonly point: Value }[] = []
  const hooks: Hooks = {
    attention: (_, layer, probabilities) => {
      if (layer !== place) return probabilities
      const point = mul(unsqueeze(alpha, [1, 2, 3]), probabilities)
      seen.push({ probabilities, point })
      return point
    },
  }
  const ids = tokenInputs(model)
  const { embeddings, memory } = readTokens(model, ids, hooks)
  const { states } = model.decode({ embeddings, memory, rows: targetRows(targets, embeddings) }, hooks)
  const [{ probabilities, point }] = seen as [(typeof seen)[number]]
  const [gradient] = backward(objectiveOf(model, states, targets, logProbSpec), [point], { kept: targets.targets })
  return {
    name: 'attention-from-tokens',
    inputs: [...ids, alpha, ...listInputs(targets)],
    outputs: [{ name: 'slope', value: sum(mul(gradient!, probabilities), [-3, -2, -1]) }],
  }
}
