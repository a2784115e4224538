/** The straight path from a baseline to an input, and what happens to F along it. */
import {
  gradientNormGraph,
  inputGradientGraph,
  pathProductsGraph,
  prefixProductsGraph,
} from '#compute/programs/input-gradient.ts'
import { objectiveKey } from '#compute/programs/objective.ts'
import type { ObjectiveSpec } from '#compute/programs/objective.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { Session } from '#compute/runtime/session.ts'
import { floats } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import type { AttributionOptions } from '#compute/types.ts'
import type { Problem } from './problem.ts'
import { openQuestion } from './question.ts'

/** One target at one node: F there, and the integrand of integrated gradients. */
export interface Sample {
  readonly objective: number
  /** [source tokens + prefix tokens] Σ_width ∂F/∂x(α) · (x − x₀) */
  readonly products: Float64Array
}

export interface Path {
  readonly problem: Problem
  /** Tokens of source and prefix; the length of `products`. */
  readonly tokens: number
  /** Samples [target][node] for indices of targets and places α on the path. One run of the program. */
  readonly sample: (targets: readonly number[], alphas: readonly number[]) => Promise<readonly (readonly Sample[])[]>
  /** Full gradients ∂F/∂x at the end of the path, per side [targets, tokens, width]. */
  readonly gradient: (targets: readonly number[]) => Promise<Gradients>
  /** ‖∂F/∂x‖₂ at the end of the path, per side [targets, tokens]. */
  readonly norms: (targets: readonly number[]) => Promise<Gradients>
  /** How many pairs of target and node fit into one run: under the memory budget and well under a second. */
  readonly pairsPerRun: () => number
}

export interface Gradients {
  readonly objective: readonly number[]
  readonly source: Float32Array
  readonly prefix: Float32Array
}

export interface PathOptions extends Omit<AttributionOptions, 'method' | 'quadrature'> {
  readonly unknownId: number | null
}

/** The program that samples paths, compiled at first use. */
export const preparePath = (engine: Engine, spec: ObjectiveSpec): Promise<Session> =>
  engine.program(`path-${objectiveKey(spec)}`, () => pathProductsGraph(engine.model, spec), 'hot')

/** The same where no token of an encoder's source leaves its embedding. */
const preparePrefix = (engine: Engine, spec: ObjectiveSpec): Promise<Session> =>
  engine.program(`prefix-path-${objectiveKey(spec)}`, () => prefixProductsGraph(engine.model, spec), 'hot')

export async function openPath(engine: Engine, problem: Problem, options: PathOptions): Promise<Path> {
  const { model } = engine
  const { spec, ends, pace, feeds: feedsOf } = await openQuestion(engine, problem, options)
  const { tokens, sourceTokens } = ends
  const prefixTokens = tokens - sourceTokens
  const isSourceFixed = problem.prefix !== null && ends.moving.every((place) => place >= sourceTokens)

  const feed = (targets: readonly number[], alphas: readonly number[]): Readonly<Record<string, Tensor>> => ({
    ...feedsOf(targets),
    alpha: floats([alphas.length], Float32Array.from(alphas)),
  })

  /** What a program says of the gradient at the end of the path, `width` numbers a token. */
  async function atEnd(
    name: string,
    graph: GradientGraph,
    targets: readonly number[],
    width: number,
  ): Promise<Gradients> {
    const session = await engine.program(`${name}-${objectiveKey(spec)}`, () => graph(model, spec), 'cold')
    const outputs = await session.run(feed(targets, [1]))
    return {
      objective: Array.from(outputs['objective']!.data, Number),
      source: padRows(outputs[`${name}.source`], targets.length, sourceTokens * width),
      prefix: padRows(outputs[`${name}.prefix`], targets.length, prefixTokens * width),
    }
  }

  return {
    problem,
    tokens,
    pairsPerRun: pace.pairsPerRun,
    sample: async (targets, alphas) => {
      const session = await (isSourceFixed ? preparePrefix : preparePath)(engine, spec)
      const { 'source.start': start, ...feeds } = feed(targets, alphas)
      const fed = isSourceFixed || start === undefined ? feeds : { ...feeds, 'source.start': start }
      const outputs = await pace.time(targets.length * alphas.length, () => session.run(fed))
      return targets.map((_, k) => alphas.map((_alpha, q) => readSample(outputs, k, q, sourceTokens, tokens)))
    },
    gradient: (targets) => atEnd('gradient', inputGradientGraph, targets, model.width),
    norms: (targets) => atEnd('norm', gradientNormGraph, targets, 1),
  }
}

type GradientGraph = typeof inputGradientGraph

/** One sample out of the outputs [K, nodes, tokens] of a run; what was cut away contributes nothing. */
function readSample(
  outputs: Readonly<Record<string, Tensor>>,
  k: number,
  q: number,
  sourceTokens: number,
  tokens: number,
): Sample {
  const products = new Float64Array(tokens)
  const copy = (name: string, at: number): void => {
    const tensor = outputs[name]
    if (tensor === undefined) return
    const [, nodes, length] = tensor.shape as [number, number, number]
    const from = (k * nodes + q) * length
    products.set((tensor.data as Float32Array).subarray(from, from + length), at)
  }
  copy('products.source', 0)
  copy('products.prefix', sourceTokens)
  const { data, shape } = outputs['objective']!
  return { objective: Number(data[k * shape[1]! + q]), products }
}

/** Rows of a tensor, each filled up with zeros to `length`. */
function padRows(tensor: Tensor | undefined, rows: number, length: number): Float32Array {
  const padded = new Float32Array(rows * length)
  if (tensor === undefined) return padded
  const width = tensor.data.length / rows
  for (let i = 0; i < rows; i++) {
    padded.set((tensor.data as Float32Array).subarray(i * width, (i + 1) * width), i * length)
  }
  return padded
}
