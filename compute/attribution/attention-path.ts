/** The attention of one layer on its way from zero to what it is, and what happens to F along that path. */
import { attentionGradientGraph, layerStatesGraph } from '#compute/programs/attention-gradient.ts'
import { objectiveKey } from '#compute/programs/objective.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { floats } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import type { AttentionOptions, AttentionPlace, Target } from '#compute/types.ts'
import { makePace } from './pace.ts'
import { checkProblem } from './problem.ts'
import type { Problem } from './problem.ts'
import { idFeeds, specOf, targetFeeds, tokensOf, visibleLength } from './target-feeds.ts'

/** What a few targets make of some nodes. */
export interface AttentionSample {
  /** [targets][nodes] F where the attention of the place is αA. */
  readonly objective: readonly (readonly number[])[]
  /** [targets][nodes] dF/dα there, the sum of A ⊙ ∂F(αA)/∂A over all entries. */
  readonly slope: readonly (readonly number[])[]
  /** [targets] A ⊙ Σ_nodes weight · ∂F(αA)/∂A, [heads, query, key] of the whole text, row-major. */
  readonly integrals: readonly Float32Array[]
}

export interface AttentionPath {
  readonly problem: Problem
  /** [K] F at the input. */
  readonly objective: Float32Array
  /** Sizes of an attribution of one target at a place. */
  readonly shape: (place: AttentionPlace) => readonly [heads: number, queries: number, keys: number]
  /** One run; `weights` say how the nodes are summed. */
  readonly sample: (
    place: AttentionPlace,
    targets: readonly number[],
    alphas: readonly number[],
    weights: readonly number[],
  ) => Promise<AttentionSample>
  /** How many pairs of target and node fit into one run. */
  readonly pairsPerRun: () => number
}

/** Runs the forward pass that every layer's path starts from. */
export async function openAttentionPath(
  engine: Engine,
  problem: Problem,
  { objective, contrast }: Pick<AttentionOptions, 'objective' | 'contrast'>,
): Promise<AttentionPath> {
  const { model } = engine
  checkProblem(model, problem)
  const spec = specOf(model, problem, { objective, contrast })
  const pace = makePace(engine, problem)
  const decoderTokens = (problem.prefix ?? problem.source).length

  const forward = await engine.program(
    `layer-states-${objectiveKey(spec)}`,
    () => layerStatesGraph(model, spec),
    'cold',
  )
  const states = await forward.run({
    ...idFeeds(problem),
    ...targetFeeds(spec, problem.targets, contrast),
  })

  /** States up to a token: no target of the run can see those after it. */
  const cut = ({ data }: Tensor, length: number): Tensor =>
    floats([1, length, model.stateWidth], (data as Float32Array).subarray(0, length * model.stateWidth))

  function feed({ kind, layer }: AttentionPlace, length: number): Record<string, Tensor> {
    if (kind === 'encoder') {
      return {
        'encoder.states': states[`states.encoder.${layer}`]!,
        'decoder.states': cut(states['states.decoder.0']!, length),
      }
    }
    const decoder = cut(states[`states.decoder.${layer}`]!, length)
    return { 'decoder.states': decoder, ...(problem.prefix === null ? {} : { memory: states['memory']! }) }
  }

  function shape({ kind }: AttentionPlace): readonly [number, number, number] {
    if (kind === 'encoder') return [model.heads.encoder, problem.source.length, problem.source.length]
    return [model.heads.decoder, decoderTokens, kind === 'cross' ? problem.source.length : decoderTokens]
  }

  /** In the decoder's last layer only the rows that targets are read from exist. */
  const hasOwnRows = ({ kind, layer }: AttentionPlace): boolean =>
    kind !== 'encoder' && layer === model.layers.decoder - 1

  return {
    problem,
    objective: states['objective']!.data as Float32Array, // the program's output is float32
    shape,
    pairsPerRun: pace.pairsPerRun,
    sample: async (place, targets, alphas, weights) => {
      const key = `attention-${objectiveKey(spec)}-${place.kind}-${place.layer}`
      const session = await engine.program(key, () => attentionGradientGraph(model, spec, place), 'cold')
      const chosen = targets.map((index) => problem.targets[index]!)
      const outputs = await pace.time(targets.length * alphas.length, () =>
        session.run({
          ...feed(place, visibleLength(model, problem, chosen)),
          ...targetFeeds(spec, chosen, contrast),
          alpha: floats([alphas.length], Float32Array.from(alphas)),
          weights: floats([weights.length], Float32Array.from(weights)),
        }),
      )
      return {
        objective: rowsOf(outputs['objective']!),
        slope: rowsOf(outputs['slope']!),
        integrals: spread(outputs['attribution']!, hasOwnRows(place) ? chosen : null, shape(place)),
      }
    },
  }
}

/** [K, nodes] */
const rowsOf = ({ data, shape }: Tensor): readonly (readonly number[])[] =>
  Array.from({ length: shape[0]! }, (_, k) => Array.from(data.slice(k * shape[1]!, (k + 1) * shape[1]!), Number))

/**
 * [K, heads, rows, keys] as the program gives it, to whole matrices: what was cut away is zero. Rows are queries, or with
 * `picked` the positions of each target's tokens.
 */
function spread(
  { data, shape }: Tensor,
  picked: readonly Target[] | null,
  [heads, queries, keys]: readonly [number, number, number],
): readonly Float32Array[] {
  const [targets, , rows, columns] = shape as [number, number, number, number]
  const entries = data as Float32Array // the program's output is float32
  return Array.from({ length: targets }, (_, k) => {
    const whole = new Float32Array(heads * queries * keys)
    const places = picked === null ? null : tokensOf(picked[k]!)
    for (let h = 0; h < heads; h++) {
      for (let row = 0; row < (places?.length ?? rows); row++) {
        const from = ((k * heads + h) * rows + row) * columns
        const to = (h * queries + (places?.[row]!.position ?? row)) * keys
        for (let i = 0; i < columns; i++) whole[to + i]! += entries[from + i]! // two tokens may share a position
      }
    }
    return whole
  })
}
