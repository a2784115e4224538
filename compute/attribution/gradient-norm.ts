/** The gradient norm (Li et al. 2016, "Visualizing and Understanding Neural Models in NLP"). */
import type { Control, Steps } from './method.ts'
import type { Path } from './path.ts'
import { makeBoard } from './scores.ts'

/**
 * ‖∂F/∂x‖₂ of every token: how much F could change by a small step of its embedding, in whatever direction. Never negative, no
 * share of F, and about no baseline: gap and F₀ are NaN.
 */
export async function* gradientNorm(path: Path, { finished }: Control): Steps {
  const board = makeBoard(path)
  if (finished !== null) board.adopt(finished)
  const done = new Set(finished?.targets)
  const total = path.problem.targets.length
  const waiting = path.problem.targets.map((_, index) => index).filter((index) => !done.has(index))
  const sourceTokens = path.problem.source.length
  const prefixTokens = path.tokens - sourceTokens
  for (let next = 0; next < waiting.length;) {
    const targets = waiting.slice(next, next + Math.max(1, path.pairsPerRun()))
    const { objective, source, prefix } = await path.norms(targets)
    targets.forEach((target, k) => {
      const scores = new Float64Array(path.tokens)
      scores.set(source.subarray(k * sourceTokens, (k + 1) * sourceTokens))
      scores.set(prefix.subarray(k * prefixTokens, (k + 1) * prefixTokens), sourceTokens)
      const result = { scores, objective: objective[k]!, baselineObjective: NaN, nodes: 1, converged: false }
      board.put(target, result)
    })
    next += targets.length
    const progress = { stage: 'outputs attributed', done: total - waiting.length + next, total }
    yield { progress, partial: board.partial(targets) }
  }
  return board.whole()
}
