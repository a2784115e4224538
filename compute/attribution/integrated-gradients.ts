/**
 * Integrated gradients (Sundararajan, Taly and Yan 2017): (x − x₀) ∘ ∫₀¹ ∂F(x₀ + α(x − x₀))/∂x dα, summed over the width of
 * each token's embedding, signed, source and prefix on one path.
 */
import type { Progress, Quadrature } from '#compute/types.ts'
import { allowedGap, openGrid } from './grid.ts'
import type { Grid } from './grid.ts'
import type { Control, Step, Steps } from './method.ts'
import type { Path } from './path.ts'
import { gaussLegendre } from './quadrature.ts'
import { makeBoard } from './scores.ts'
import type { Board } from './scores.ts'
import { nextTargets } from './turns.ts'

/** Targets refined side by side: enough to share the forward pass, few enough that their nodes suit all of them. */
const targetsPerChunk = 16

export function integratedGradients(path: Path, quadrature: Quadrature, control: Control): Steps {
  return 'nodes' in quadrature ? fixed(path, quadrature.nodes, control) : adaptive(path, quadrature.tolerance, control)
}

/** The work that is left, and what was found so far. */
interface Work {
  readonly path: Path
  readonly board: Board
  readonly tolerance: number
  readonly open: Set<number>
}

const startWork = (path: Path, tolerance: number, { finished }: Control): Work => {
  const board = makeBoard(path)
  if (finished !== null) board.adopt(finished)
  const done = new Set(finished?.targets)
  const open = new Set(path.problem.targets.map((_, index) => index).filter((index) => !done.has(index)))
  return { path, board, tolerance, open }
}

function progressOf({ path, open }: Work, stage: string): Progress {
  const total = path.problem.targets.length
  return { stage, done: total - open.size, total }
}

/**
 * One Gauss-Legendre rule on the straight path, whatever the gap. Chunk by chunk of targets, each chunk in as many runs as
 * its nodes need.
 */
async function* fixed(path: Path, count: number, control: Control): Steps {
  const work = startWork(path, defaultTolerance, control)
  const { nodes, weights } = gaussLegendre(count)
  while (work.open.size > 0) {
    const targets = nextChunk(work, control.focus())
    const sums = targets.map(() => new Float64Array(path.tokens))
    for (let done = 0; done < count;) {
      const batch = nodes.subarray(done, done + Math.max(1, Math.floor(path.pairsPerRun() / targets.length)))
      const samples = await path.sample(targets, [...batch])
      samples.forEach((row, k) => row.forEach(({ products }, q) => addScaled(sums[k]!, products, weights[done + q]!)))
      done += batch.length
      yield { progress: progressOf(work, `nodes ${Math.min(done, count)} of ${count}`), partial: null }
    }
    const ends = await path.sample(targets, [0, 1])
    targets.forEach((target, k) => {
      const [first, last] = ends[k]!
      const scores = sums[k]!
      const change = last!.objective - first!.objective
      const gap = total(scores) - change
      const converged = Math.abs(gap) <= allowedGap(work.tolerance, change)
      work.board.put(target, {
        scores,
        objective: last!.objective,
        baselineObjective: first!.objective,
        nodes: count,
        converged,
      })
      work.open.delete(target)
    })
    yield { progress: progressOf(work, 'outputs attributed'), partial: work.board.partial(targets) }
  }
  return work.board.whole()
}

/** With a fixed number of nodes the flag still says whether the result would pass at one percent. */
const defaultTolerance = 0.01

const total = (numbers: Float64Array): number => numbers.reduce((sum, number) => sum + number, 0)

function addScaled(sum: Float64Array, numbers: Float64Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += factor * numbers[i]!
}

const nextChunk = ({ path, open }: Work, focus: number | null): readonly number[] =>
  nextTargets(path.problem, open, focus, Math.max(1, Math.min(targetsPerChunk, path.pairsPerRun())))

/** Nodes are added where the completeness gap arises, until it is small for every target. */
async function* adaptive(path: Path, tolerance: number, control: Control): Steps {
  const work = startWork(path, tolerance, control)
  yield* firstImpression(work)
  while (work.open.size > 0) {
    const grid = openGrid(path, nextChunk(work, control.focus()), tolerance)
    yield* refine(work, grid, control)
  }
  return work.board.whole()
}

/** Gradient × (x − x₀) of every target, one node: colours to look at while the rest is computed. */
async function* firstImpression(work: Work): AsyncGenerator<Step, void> {
  const { path, board, open } = work
  const waiting = [...open]
  for (let next = 0; next < waiting.length;) {
    const targets = waiting.slice(next, next + Math.max(1, path.pairsPerRun()))
    const samples = await path.sample(targets, [1])
    targets.forEach((target, k) => {
      const { products, objective } = samples[k]![0]!
      board.put(target, { scores: products, objective, baselineObjective: NaN, nodes: 1, converged: false })
    })
    next += targets.length
    yield { progress: progressOf(work, 'first impression'), partial: board.partial(targets) }
  }
}

/** Refines one chunk to the end; a target somebody clicks meanwhile is taken in between. */
async function* refine(work: Work, grid: Grid, control: Control): AsyncGenerator<Step, void> {
  const { path, board, open, tolerance } = work
  while (grid.active().length > 0) {
    const focus = control.focus()
    if (focus !== null && open.has(focus) && !grid.targets.includes(focus)) {
      yield* refine(work, openGrid(path, [focus], tolerance), control)
    }
    const refined = await grid.refine(Math.max(1, Math.floor(path.pairsPerRun() / grid.active().length)))
    for (const { target, result, isDone } of refined) {
      board.put(target, result)
      if (isDone) open.delete(target)
    }
    const partial = board.partial(refined.map(({ target }) => target))
    yield { progress: progressOf(work, 'outputs attributed'), partial }
  }
}
