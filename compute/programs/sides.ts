/** What a model reads, somewhere between a baseline and itself, and F there. */
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Size, Value } from '#compute/graph/value.ts'
import type { DecoderInput, Model } from '#compute/models/model.ts'
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

type Ends = Omit<Side, 'point'>

function endsOf(model: Model, name: Side['name']): Ends {
  const tokens = makeSize(name)
  const end = input(name, 'float32', [tokens, model.width])
  const start = input(`${name}.start`, 'float32', [tokens, model.width])
  return { name, end, start, difference: sub(end, start) }
}

/** Points x(α) = x₀ + α(x − x₀) for `alpha` [nodes]. */
export function alongPath(model: Model, alpha: Value): readonly Side[] {
  const sideOf = (name: Side['name']): Side => {
    const ends = endsOf(model, name)
    return { ...ends, point: add(ends.start, mul(unsqueeze(alpha, [1, 2]), ends.difference)) }
  }
  return model.encode === null ? [sideOf('source')] : [sideOf('source'), sideOf('prefix')]
}

/** The same with a source that stays where it is, [1, tokens, width]: its encoder runs once, whatever the number of nodes. */
export const alongPrefix = (model: Model, alpha: Value): readonly Side[] =>
  alongPath(model, alpha).map((side) => (side.name === 'source' ? { ...side, point: unsqueeze(side.end, [0]) } : side))

export interface MaskedSide extends Side {
  /** Graph input `keep.<name>` [nodes, tokens]: 1 where a token is itself, 0 where it is its baseline. */
  readonly keep: Value
}

/** Points where each token is itself or its baseline. */
export function masked(model: Model, name: Side['name'], nodes: Size): MaskedSide {
  const ends = endsOf(model, name)
  const keep = input(`keep.${name}`, 'float32', [nodes, ends.end.shape[0]!])
  return { ...ends, keep, point: where(greater(unsqueeze(keep, [2]), 0.5), ends.end, ends.start) }
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
  const memory = model.encode === null ? null : { states: model.encode(sides[0]!.point, {}) }
  return explainWith(model, spec, sides.at(-1)!, memory, paired)
}

/** The same of what the decoder reads, with the encoder's states, or the keys and values made of them, at hand. */
export function explainWith(
  model: Model,
  spec: ObjectiveSpec,
  { point: embeddings }: Side,
  memory: DecoderInput['memory'],
  paired: Size | null = null,
): Explained {
  const targets = targetInputs(spec, paired)
  const { states } = model.decode({ embeddings, memory, rows: targetRows(targets, embeddings) }, {})
  return { targets, objective: objectiveOf(model, states, targets, spec) }
}

/** The graph inputs of the sides' ends. */
export const listEnds = (sides: readonly Side[]): readonly Value[] => sides.flatMap(({ end, start }) => [end, start])
