/** The program behind a sampled path as it would be without our savings, to measure them by. */
import { embed, embedBaseline } from '#compute/attribution/embeddings.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import { backward } from '#compute/grad/backward.ts'
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Value } from '#compute/graph/value.ts'
import { pickRows } from '#compute/models/blocks.ts'
import type { Model } from '#compute/models/model.ts'
import { add, mul, sub } from '#compute/ops/elementwise.ts'
import { sum } from '#compute/ops/reduce.ts'
import { unsqueeze } from '#compute/ops/shape.ts'
import { pathProductsGraph } from '#compute/programs/input-gradient.ts'
import { listInputs, objectiveOf, targetInputs, targetRows } from '#compute/programs/objective.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { floats, integers } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import { logProbSpec } from '#tests/support/options.ts'

/** `asked` rows are computed alone in the last layer, as we do; `all` rows pass it, and the vocabulary. */
export interface Wasteful {
  readonly rows: 'asked' | 'all'
}

/** Samples a path over the whole text, whatever its targets can see. */
export async function openWithout(
  engine: Engine,
  problem: Problem,
  { rows }: Wasteful,
): Promise<(targets: readonly number[], alphas: readonly number[]) => Promise<unknown>> {
  const { model } = engine
  const graph = rows === 'asked' ? pathProductsGraph(model, logProbSpec) : everyRowGraph(model)
  const session = await engine.program(`without-${rows}`, () => graph, 'hot')
  const ends: Record<string, Tensor> = {}
  for (const [side, ids] of Object.entries({ source: problem.source, prefix: problem.prefix })) {
    if (ids === null) continue
    const name = side as 'source' | 'prefix' // the keys above
    const end = await embed(engine, name, ids)
    const choice = { baseline: 'zero', attributeSpecial: false, unknownId: null } as const
    ends[name] = floats([ids.length, model.width], end)
    ends[`${name}.start`] = floats([ids.length, model.width], await embedBaseline(engine, name, ids, end, choice))
  }
  return (targets, alphas) => {
    const chosen = targets.map((index) => problem.targets[index]!)
    const whole = (numbers: readonly number[]): Tensor => integers([numbers.length], numbers)
    return session.run({
      ...ends,
      alpha: floats([alphas.length], Float32Array.from(alphas)),
      position: whole(chosen.map(({ position }) => position)),
      target: whole(chosen.map(({ id }) => id)),
    })
  }
}

/** Like `pathProductsGraph`, but every row goes through the last layer and the head, and the asked ones are picked at the end. */
function everyRowGraph(model: Model): Graph {
  const alpha = input('alpha', 'float32', [makeSize('nodes')])
  const targets = targetInputs(logProbSpec)
  const sides = (model.encode === null ? ['source'] : ['source', 'prefix']).map((name) => {
    const tokens = makeSize(name)
    const end = input(name, 'float32', [tokens, model.width])
    const start = input(`${name}.start`, 'float32', [tokens, model.width])
    const difference = sub(end, start)
    return { name, end, start, difference, point: add(start, mul(unsqueeze(alpha, [1, 2]), difference)) }
  })
  const embeddings = sides.at(-1)!.point
  const memory = model.encode === null ? null : { states: model.encode(sides[0]!.point, {}) }
  const { states } = model.decode({ embeddings, memory }, {})
  const shown: Model = { ...model, head: (logits: Value) => logits }
  const picked = pickRows(model.head(states), targetRows(targets, embeddings)) // [K, nodes, 1, vocabulary]
  const objective = objectiveOf(shown, picked, targets, logProbSpec)
  const gradients = backward(
    objective,
    sides.map(({ point }) => point),
    { kept: targets.targets },
  )
  return {
    name: 'every-row',
    inputs: [...sides.flatMap(({ end, start }) => [end, start]), alpha, ...listInputs(targets)],
    outputs: [
      { name: 'objective', value: objective },
      ...sides.map(({ name, difference }, i) => ({
        name: `products.${name}`,
        value: sum(mul(gradients[i]!, difference), [-1]),
      })),
    ],
  }
}
