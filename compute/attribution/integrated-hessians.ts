/**
 * Integrated Hessians (Janizek, Sturmfels and Lee 2021, "Explaining Explanations: Axiomatic Feature Interactions for Deep
 * Networks"), summed over the widths of both tokens. With δ = x − x₀, h(t) the second and g(t) the first derivative at x₀ + tδ,
 * t = αβ, their double integral over the path becomes a single one:
 *   i ≠ j: ∫₀¹ −t·ln t · δᵢᵀ h_ij(t) δⱼ dt;   i = j: the same, plus ∫₀¹ −ln t · δᵢ·gᵢ(t) dt.
 * All entries together add up to F(x) − F(x₀).
 */
import type { Quadrature } from '#compute/types.ts'
import type { Curvature, CurvatureSample } from './curvature.ts'
import { allowedGap } from './grid.ts'
import { makeInteractionBoard } from './interactions.ts'
import type { InteractionBoard, InteractionResult, InteractionStep, InteractionSteps } from './interactions.ts'
import { clenshawCurtis, gaussLegendre } from './quadrature.ts'
import { nextTargets } from './turns.ts'

/** Intervals of the first rule; each next one halves them and keeps every sample. */
const firstIntervals = 8
const mostIntervals = 256

/** Where activations have kinks no number of nodes closes the gap, so fewer are tried. */
const mostIntervalsWithKinks = 64

/** Samples [S, S] that are kept: this many numbers. */
const mostKept = 64 * 2 ** 20

/** How far entries may still change when the nodes are doubled, relative to the largest, in units of the tolerance. */
const allowedChange = 4

/** Float32 resolves entries no finer. */
const finestChange = 1e-5

const kinkCaution =
  'This model has activations with kinks (ReLU or the like), whose jumps of slope a second derivative misses: the gap stays. Prefer masked pairs.'

/** One target after the other; each is reported rule by rule, coarse to fine. */
export async function* integratedHessians(
  curvature: Curvature,
  quadrature: Quadrature,
  focus: () => number | null,
): InteractionSteps {
  const { problem } = curvature
  const board = makeInteractionBoard(curvature, curvature.hasKinks ? kinkCaution : null)
  const open = new Set(problem.targets.keys())
  while (open.size > 0) {
    const [target] = nextTargets(problem, open, focus(), 1) as [number]
    const progress = {
      stage: 'outputs attributed',
      done: problem.targets.length - open.size,
      total: problem.targets.length,
    }
    const work = { curvature, board, target, progress }
    yield* 'nodes' in quadrature ? fixed(work, quadrature.nodes) : adaptive(work, quadrature.tolerance)
    open.delete(target)
  }
  return board.whole()
}

interface Work {
  readonly curvature: Curvature
  readonly board: InteractionBoard
  readonly target: number
  readonly progress: InteractionStep['progress']
}

/** A node on the path with the factors of h and of g there, quadrature weight and change of variable included. */
interface Node {
  readonly alpha: number
  readonly second: number
  readonly first: number
}

/** One Gauss-Legendre rule in t, without a change of variable. */
async function* fixed(work: Work, count: number): AsyncGenerator<InteractionStep, void> {
  const { nodes, weights } = gaussLegendre(count)
  const rule = Array.from(nodes, (t, q): Node => ({
    alpha: t,
    first: -weights[q]! * Math.log(t),
    second: -weights[q]! * t * Math.log(t),
  }))
  const ends = await work.curvature.objectives(work.target, [0, 1])
  const samples = yield* sampled(work, nodes)
  const result = integrate(rule, samples, ends)
  const converged = Math.abs(result.gap) <= allowedGap(defaultTolerance, ends[1]! - ends[0]!)
  yield* report(work, { ...result, converged })
}

/** With a fixed number of nodes the flag still says whether the result would pass at one percent. */
const defaultTolerance = 0.01

/** Rules of 7, 15, 31 … nodes in s with t = s⁴, which is smooth at 0, until the gap is small and the entries stand still. */
async function* adaptive(work: Work, tolerance: number): AsyncGenerator<InteractionStep, void> {
  const { curvature, target } = work
  const ends = await curvature.objectives(target, [0, 1])
  const allowed = allowedGap(tolerance, ends[1]! - ends[0]!)
  const kept = Math.floor(mostKept / curvature.tokens ** 2)
  const most = Math.min(curvature.hasKinks ? mostIntervalsWithKinks : mostIntervals, Math.max(2 * firstIntervals, kept))
  const known = new Map<number, CurvatureSample>()
  let before: Float64Array | null = null
  for (let intervals = firstIntervals; ; intervals *= 2) {
    const rule = warpedRule(intervals)
    const fresh = rule.map(({ alpha }) => alpha).filter((alpha) => !known.has(alpha))
    const samples = yield* sampled(work, Float64Array.from(fresh))
    samples.forEach((sample, i) => known.set(fresh[i]!, sample))
    const result = integrate(
      rule,
      rule.map(({ alpha }) => known.get(alpha)!),
      ends,
    )
    const isStill =
      before !== null && changeOf(before, result.matrix) <= Math.max(finestChange, allowedChange * tolerance)
    const converged = isStill && Math.abs(result.gap) <= allowed
    yield* report(work, { ...result, converged })
    if (converged || 2 * intervals > most) return
    before = result.matrix
  }
}

/** Clenshaw-Curtis in s on t = s⁴; both ends contribute nothing. */
function warpedRule(intervals: number): readonly Node[] {
  const { nodes, weights } = clenshawCurtis(intervals)
  return Array.from(nodes.subarray(1, -1), (s, i) => {
    const t = s ** 4
    const first = -weights[i + 1]! * 4 * s ** 3 * Math.log(t)
    return { alpha: t, first, second: first * t }
  })
}

async function* sampled(
  { curvature, target, progress }: Work,
  alphas: Float64Array,
): AsyncGenerator<InteractionStep, readonly CurvatureSample[]> {
  const sampling = curvature.sample(target, [...alphas])
  let step = await sampling.next()
  while (!step.done) {
    yield { progress, partial: null }
    step = await sampling.next()
  }
  return step.value
}

function integrate(
  rule: readonly Node[],
  samples: readonly CurvatureSample[],
  [baselineObjective, objective]: readonly number[],
): Omit<InteractionResult, 'converged'> {
  const tokens = samples[0]!.products.length
  const matrix = new Float64Array(tokens * tokens)
  samples.forEach(({ products, curvature }, q) => {
    const { first, second } = rule[q]!
    for (let entry = 0; entry < matrix.length; entry++) matrix[entry]! += second * curvature[entry]!
    for (let i = 0; i < tokens; i++) matrix[i * tokens + i]! += first * products[i]!
  })
  const gap = matrix.reduce((sum, entry) => sum + entry, 0) - (objective! - baselineObjective!)
  return { matrix, objective: objective!, baselineObjective: baselineObjective!, gap, nodes: samples.length }
}

/** Largest difference of two matrices, relative to the largest entry. */
function changeOf(before: Float64Array, after: Float64Array): number {
  let [largest, change] = [0, 0]
  after.forEach((entry, i) => {
    largest = Math.max(largest, Math.abs(entry))
    change = Math.max(change, Math.abs(entry - before[i]!))
  })
  return largest === 0 ? 0 : change / largest
}

async function* report(
  { board, target, progress }: Work,
  result: InteractionResult,
): AsyncGenerator<InteractionStep, void> {
  board.put(target, result)
  yield { progress, partial: board.partial([target]) }
}
