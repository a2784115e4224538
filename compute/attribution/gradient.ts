/** Methods of one backward pass. */
import type { Control, Steps } from './method.ts'
import type { Path } from './path.ts'
import { makeBoard } from './scores.ts'

/**
 * Gradient × input: Σ_width ∂F/∂x · (x − x₀) at the input. It promises no completeness; the gap says how far from the change
 * of F its sum is.
 */
export async function* gradientTimesInput(path: Path, { finished }: Control): Steps {
  const board = makeBoard(path)
  if (finished !== null) board.adopt(finished)
  const done = new Set(finished?.targets)
  const total = path.problem.targets.length
  const waiting = path.problem.targets.map((_, index) => index).filter((index) => !done.has(index))
  for (let next = 0; next < waiting.length;) {
    const targets = waiting.slice(next, next + Math.max(1, Math.floor(path.pairsPerRun() / 2)))
    const samples = await path.sample(targets, [0, 1])
    targets.forEach((target, k) => {
      const [first, last] = samples[k]!
      const { objective, products } = last!
      board.put(target, {
        scores: products,
        objective,
        baselineObjective: first!.objective,
        nodes: 1,
        converged: false,
      })
    })
    next += targets.length
    const progress = { stage: 'outputs attributed', done: total - waiting.length + next, total }
    yield { progress, partial: board.partial(targets) }
  }
  return board.whole()
}
