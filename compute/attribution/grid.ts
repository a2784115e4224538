/**
 * An adaptive grid on the path, shared by a few targets. F is known at every node, so the exact integral of each panel between
 * two nodes is known too (the difference of F), and so is the error that its quadrature makes: new nodes go where it is
 * largest, and no sample is ever thrown away.
 */
import type { Path, Sample } from './path.ts'
import { pathPanels } from './path-panels.ts'
import type { PathPanels } from './path-panels.ts'
import type { TargetResult } from './scores.ts'

/** The first nodes: F often changes in the first third of the path and is flat near its end. */
const firstNodes = [0, 0.08, 0.16, 0.28, 0.5, 1]

/** A small difference of F is compared with this, in nats. */
const leastChange = 0.1

/** Errors of panels may cancel, but not many times over: this bounds their absolute sum, in units of the allowed gap. */
const mostCancelled = 5

/** A target that needs more nodes than this is marked as not converged; a singular start that can be resolved takes its share. */
const mostNodes = { regular: 320, singular: 1024 }

/** The largest gap that counts as converged. */
export const allowedGap = (tolerance: number, change: number): number =>
  tolerance * Math.max(Math.abs(change), leastChange)

export interface Refined {
  readonly target: number
  readonly result: TargetResult
  readonly isDone: boolean
}

export interface Grid {
  readonly targets: readonly number[]
  /** Targets that still need nodes. */
  readonly active: () => readonly number[]
  /** Adds up to `count` nodes for the active targets and returns their new results. */
  readonly refine: (count: number) => Promise<readonly Refined[]>
}

interface Node {
  readonly alpha: number
  readonly samples: ReadonlyMap<number, Sample>
}

export function openGrid(path: Path, targets: readonly number[], tolerance: number): Grid {
  let active = targets
  let nodes: readonly Node[] = []

  async function sample(alphas: readonly number[]): Promise<void> {
    const rows = await path.sample(active, alphas)
    const added = alphas.map((alpha, q) => ({
      alpha,
      samples: new Map(active.map((target, k) => [target, finite(rows[k]![q]!)])),
    }))
    nodes = [...nodes, ...added].toSorted((a, b) => a.alpha - b.alpha)
  }

  return {
    targets,
    active: () => active,
    refine: async (count) => {
      if (nodes.length === 0) for (const alphas of chunksOf(firstNodes, count)) await sample(alphas)
      else await sample(worstPlaces(nodes, active, tolerance, Math.min(count, comfortable(nodes.length))))
      const panels = panelsOf(nodes)
      const refined = active.map((target) => evaluate(nodes, panels, target, tolerance))
      active = refined.flatMap(({ target, isDone }) => (isDone ? [] : [target]))
      return refined
    },
  }
}

/** Few nodes a round keep them where they are needed; more as the grid grows keep the rounds few. */
const comfortable = (count: number): number => Math.max(2, Math.floor(count / 5))

function chunksOf(alphas: readonly number[], size: number): readonly (readonly number[])[] {
  const rounds = Math.ceil(alphas.length / Math.max(1, size))
  return Array.from({ length: rounds }, (_, i) => alphas.slice(i * size, (i + 1) * size))
}

const panelsOf = (nodes: readonly Node[]): PathPanels => pathPanels(Float64Array.from(nodes, ({ alpha }) => alpha))

/** Quadrature error of every panel for one target: the integral by the rule less the change of F. */
function panelErrors(nodes: readonly Node[], weights: readonly Float64Array[], target: number): Float64Array {
  const sums = nodes.map(({ samples }) => samples.get(target)!.products.reduce((sum, product) => sum + product, 0))
  return Float64Array.from(weights, (row, i) => {
    const change = nodes[i + 1]!.samples.get(target)!.objective - nodes[i]!.samples.get(target)!.objective
    return row.reduce((sum, weight, q) => sum + weight * sums[q]!, 0) - change
  })
}

const changeOf = (nodes: readonly Node[], target: number): number =>
  nodes.at(-1)!.samples.get(target)!.objective - nodes[0]!.samples.get(target)!.objective

/** Places inside the panels with the largest errors, in units of what each target allows, over all active targets. */
function worstPlaces(
  nodes: readonly Node[],
  active: readonly number[],
  tolerance: number,
  count: number,
): readonly number[] {
  const { weights, divide } = panelsOf(nodes)
  const blame = new Float64Array(weights.length)
  for (const target of active) {
    const allowed = allowedGap(tolerance, changeOf(nodes, target))
    panelErrors(nodes, weights, target).forEach((error, i) => (blame[i]! += Math.abs(error) / allowed))
  }
  const worst = [...blame.keys()].toSorted((a, b) => blame[b]! - blame[a]!)
  return worst
    .map(divide)
    .filter((place) => place !== null)
    .slice(0, count)
}

/** A gradient near a singular start may be beyond float32; what it would have carried is then missing, and the gap says so. */
const finite = ({ objective, products }: Sample): Sample => ({
  objective,
  products: products.map((product) => (Number.isFinite(product) ? product : 0)),
})

function evaluate(nodes: readonly Node[], panels: PathPanels, target: number, tolerance: number): Refined {
  const allowed = allowedGap(tolerance, changeOf(nodes, target))
  const { weights, errors, lost } = attainable(nodes, panels, target, allowed)
  const gap = errors.reduce((sum, error) => sum + error, 0)
  const spread = errors.reduce((sum, error) => sum + Math.abs(error), 0)
  const isClose = Math.abs(gap) <= allowed
  const isTrusted = isClose && spread <= mostCancelled * allowed
  const most = mostNodes[panels.isSingular && lost === 0 ? 'singular' : 'regular']
  const isExhausted = nodes.length >= most || weights.every((_, i) => panels.divide(i) === null)
  const isHopeless = lost > mostCancelled * allowed && spread - lost <= lost
  const isDone = isTrusted || isExhausted || isHopeless
  const samples = nodes.map((node) => node.samples.get(target)!)
  const scores = new Float64Array(samples[0]!.products.length)
  samples.forEach(({ products }, q) => {
    const weight = weights.reduce((sum, row) => sum + row[q]!, 0)
    for (let i = 0; i < scores.length; i++) scores[i]! += weight * products[i]!
  })
  const result: TargetResult = {
    scores,
    objective: samples.at(-1)!.objective,
    baselineObjective: samples[0]!.objective,
    nodes: nodes.length,
    converged: isClose && isDone,
  }
  return { target, result, isDone }
}

/**
 * The panels of a target and their errors. Where F still changes between the start and the nearest place to it, nothing in
 * float32 can say which token that belongs to: it is left out of the scores and `lost`, so that the gap shows just that.
 */
function attainable(
  nodes: readonly Node[],
  { weights, divide }: PathPanels,
  target: number,
  allowed: number,
): { readonly weights: readonly Float64Array[]; readonly errors: Float64Array; readonly lost: number } {
  const errors = panelErrors(nodes, weights, target)
  if (divide(0) !== null || Math.abs(errors[0]!) <= allowed) return { weights, errors, lost: 0 }
  const none = weights.with(0, new Float64Array(nodes.length))
  const lost = panelErrors(nodes, none, target)
  return { weights: none, errors: lost, lost: Math.abs(lost[0]!) }
}
