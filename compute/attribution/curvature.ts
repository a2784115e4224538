/** Second derivatives of F on the straight path, sampled run by run. */
import { hasKinks, hessianProductsGraph } from '#compute/programs/hessian-products.ts'
import { objectiveKey } from '#compute/programs/objective.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { floats } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import type { PathOptions } from './path.ts'
import type { Problem } from './problem.ts'
import { openQuestion } from './question.ts'

/** At one node: F, p_i = Σ_width ∂F/∂x_i · δ_i, and δ_iᵀ (∂²F/∂x_i∂x_j) δ_j. */
export interface CurvatureSample {
  readonly objective: number
  /** [S] */
  readonly products: Float64Array
  /** [S, S] */
  readonly curvature: Float32Array
}

export interface Curvature {
  readonly problem: Problem
  readonly tokens: number
  /** Whether activations have kinks, which second derivatives do not see. */
  readonly hasKinks: boolean
  /** Samples of one target at places α on the path, in as many runs as they need; yields between them. */
  readonly sample: (target: number, alphas: readonly number[]) => AsyncGenerator<void, readonly CurvatureSample[]>
  /** F of one target at places α. */
  readonly objectives: (target: number, alphas: readonly number[]) => Promise<readonly number[]>
}

export async function openCurvature(engine: Engine, problem: Problem, options: PathOptions): Promise<Curvature> {
  const { model } = engine
  const question = await openQuestion(engine, problem, options)
  const { spec, pace } = question
  const { tokens, sourceTokens } = question.ends

  /** One run: the rows of `places` at each of the alphas. */
  async function run(target: number, alphas: readonly number[], places: readonly number[]): Promise<Outputs> {
    const session = await engine.program(
      `curvature-${objectiveKey(spec)}`,
      () => hessianProductsGraph(model, spec),
      'hot',
    )
    const { source, prefix } = question.lengths([target])
    const feeds = {
      ...question.feeds(alphas.map(() => target)),
      alpha: floats([alphas.length], Float32Array.from(alphas)),
      'direction.source': oneHotRows(places, 0, source),
      ...(prefix === null ? {} : { 'direction.prefix': oneHotRows(places, sourceTokens, prefix) }),
    }
    return pace.time(alphas.length * places.length, () => session.run(feeds))
  }

  async function* sample(target: number, alphas: readonly number[]): ReturnType<Curvature['sample']> {
    const moving = question.movable(target)
    const places = moving.length === 0 ? [0] : moving // F is read even where nothing moves
    const found: CurvatureSample[] = []
    while (found.length < alphas.length) {
      const perRun = Math.max(1, pace.pairsPerRun())
      const batch = alphas.slice(found.length, found.length + Math.max(1, Math.floor(perRun / places.length)))
      const samples = batch.map(() => blank(tokens))
      for (let next = 0; next < places.length;) {
        const rows = places.slice(next, next + Math.max(1, Math.floor(perRun / batch.length)))
        readRows(await run(target, batch, rows), rows, samples, sourceTokens)
        next += rows.length
        yield
      }
      found.push(...samples)
    }
    return found
  }

  return {
    problem,
    tokens,
    hasKinks: hasKinks(model, spec),
    sample,
    objectives: async (target, alphas) => Array.from((await run(target, alphas, [0]))['objective']!.data, Number),
  }
}

type Outputs = Readonly<Record<string, Tensor>>
type Writable<T> = { -readonly [K in keyof T]: T[K] }

const blank = (tokens: number): Writable<CurvatureSample> => ({
  objective: 0,
  products: new Float64Array(tokens),
  curvature: new Float32Array(tokens * tokens),
})

/** [places, tokens] of one side, which starts at the place `first`: 1 where the place is. */
function oneHotRows(places: readonly number[], first: number, tokens: number): Tensor {
  const data = new Float32Array(places.length * tokens)
  places.forEach((place, row) => {
    if (place >= first && place < first + tokens) data[row * tokens + place - first] = 1
  })
  return floats([places.length, tokens], data)
}

/** Writes the outputs `products.<side>` [nodes, tokens] and `curvature.<side>` [rows, nodes, tokens] where they belong. */
function readRows(
  outputs: Outputs,
  rows: readonly number[],
  samples: readonly Writable<CurvatureSample>[],
  sourceTokens: number,
): void {
  for (const [side, first] of [['source', 0] as const, ['prefix', sourceTokens] as const]) {
    const products = outputs[`products.${side}`]
    if (products === undefined) continue
    const length = products.shape[1]!
    const curvature = outputs[`curvature.${side}`]!.data as Float32Array // the program's outputs are float32
    samples.forEach((sample, q) => {
      sample.objective = Number(outputs['objective']!.data[q])
      sample.products.set((products.data as Float32Array).subarray(q * length, (q + 1) * length), first)
      rows.forEach((place, row) => {
        const from = (row * samples.length + q) * length
        const to = place * sample.products.length + first
        sample.curvature.set(curvature.subarray(from, from + length), to)
      })
    })
  }
}
