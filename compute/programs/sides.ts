/** What a model reads, somewhere between a baseline and itself, and F there. */
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Size, Value } from '#compute/graph/value.ts'
import type { Model } from '#compute/models/model.ts'
import { add, greater, mul, sub, where } from '#compute/ops/elementwise.ts'
import { unsqueeze } from '#compute/ops/shape.ts'
import { objectiveOf, targetInputs, targetRows } from './objective.ts'
import type { ObjectiveSpec, TargetInputs } from './objective.ts'

/** One side of the input. */
export interface Side {
  readonly name: 'source' | 'prefix'
  /** Graph inputs `<name>` and `<name>.start`, [tokens, width]. */
  readonly end: Value
  readonly start: Value
  readonly difference: Value
  /** [nodes, tokens, width] */
  readonly point: Value
}

type PointOf = (side: Omit<Side, 'point'>, tokens: Size) => Value

function sidesOf(model: Model, pointOf: PointOf): readonly Side[] {
  const sideOf = (name: 'source' | 'prefix'): Side => {
    const tokens = makeSize(name)
    const end = input(name, 'float32', [tokens, model.width])
    const start = input(`${name}.start`, 'float32', [tokens, model.width])
    const side = { name, end, start, difference: sub(end, start) }
    return { ...side, point: pointOf(side, tokens) }
  }
  return model.encode === null ? [sideOf('source')] : [sideOf('source'), sideOf('prefix')]
}

/** Points x(α) = x₀ + α(x − x₀) for `alpha` [nodes]. */
export const alongPath = (model: Model, alpha: Value): readonly Side[] =>
  sidesOf(model, ({ start, difference }) => add(start, mul(unsqueeze(alpha, [1, 2]), difference)))

/** The same with a source that stays where it is, [1, tokens, width]: its encoder runs once, whatever the number of nodes. */
export const alongPrefix = (model: Model, alpha: Value): readonly Side[] =>
  alongPath(model, alpha).map((side) => (side.name === 'source' ? { ...side, point: unsqueeze(side.end, [0]) } : side))

/** Points where each token is itself or its baseline: graph inputs `keep.<name>` [nodes, tokens], 1 or 0. */
export function masked(
  model: Model,
  nodes: Size,
): { readonly sides: readonly Side[]; readonly keep: readonly Value[] } {
  const keep: Value[] = []
  const sides = sidesOf(model, ({ name, end, start }, tokens) => {
    const kept = input(`keep.${name}`, 'float32', [nodes, tokens])
    keep.push(kept)
    return where(greater(unsqueeze(kept, [2]), 0.5), end, start)
  })
  return { sides, keep }
}

export interface Explained {
  readonly targets: TargetInputs
  /** [K, nodes], or [1, nodes] with targets paired with nodes. */
  readonly objective: Value
}

/** F at the points of the sides; `paired` is the size of the nodes where each has its own target. */
export function explain(
  model: Model,
  spec: ObjectiveSpec,
  sides: readonly Side[],
  paired: Size | null = null,
): Explained {
  const targets = targetInputs(spec, paired)
  const memory = model.encode === null ? null : { states: model.encode(sides[0]!.point, {}) }
  const embeddings = sides.at(-1)!.point
  const { states } = model.decode({ embeddings, memory, rows: targetRows(targets, embeddings) }, {})
  return { targets, objective: objectiveOf(model, states, targets, spec) }
}

/** The graph inputs of the sides' ends. */
export const listEnds = (sides: readonly Side[]): readonly Value[] => sides.flatMap(({ end, start }) => [end, start])
