/** Replacing tokens by their baseline and reading F again: forward passes only, many masks in one run. */
import { maskedObjectiveGraph } from '#compute/programs/masked-objective.ts'
import { objectiveKey } from '#compute/programs/objective.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { openEnds } from './ends.ts'
import { keepFeed, openMaskedSource } from './masked-source.ts'
import type { Mask } from './masked-source.ts'
import { bytesPerRun, makePace } from './pace.ts'
import type { PathOptions } from './path.ts'
import { checkProblem } from './problem.ts'
import type { Problem } from './problem.ts'
import { specOf, targetFeeds, visibleLength } from './target-feeds.ts'

export type { Mask } from './masked-source.ts'

export interface Masking {
  readonly problem: Problem
  /** Tokens of source and prefix. */
  readonly tokens: number
  /** Places that a target can see and that may be replaced: special tokens stay unless asked. */
  readonly maskable: (target: number) => readonly number[]
  /** F of every target under every mask, [mask][target]; one run. */
  readonly evaluate: (targets: readonly number[], masks: readonly Mask[]) => Promise<readonly Float64Array[]>
  /** F of each target under its own mask; one run. */
  readonly evaluatePairs: (pairs: readonly MaskedTarget[]) => Promise<Float64Array>
  /** How many masks fit into one run with this many targets for each. */
  readonly masksPerRun: (targets: number) => number
}

export interface MaskedTarget {
  readonly target: number
  readonly mask: Mask
}

/** Copies of the logits of a run that are alive at once. */
const liveLogits = 3

export async function openMasking(engine: Engine, problem: Problem, options: PathOptions): Promise<Masking> {
  const { model } = engine
  checkProblem(model, problem)
  const spec = specOf(model, problem, options)
  const ends = await openEnds(engine, problem, options)
  const pace = makePace(engine, problem)
  const rows = Math.max(...problem.targets.map(({ earlier = [] }) => 1 + earlier.length))

  const encoded = problem.prefix === null ? null : openMaskedSource(engine, ends)

  async function run(isPaired: boolean, targets: readonly number[], masks: readonly Mask[]): Promise<Float64Array> {
    const key = `masked${isPaired ? '-pairs' : ''}-${objectiveKey(spec)}`
    const session = await engine.program(key, () => maskedObjectiveGraph(model, spec, isPaired), 'hot')
    const chosen = targets.map((index) => problem.targets[index]!)
    const length = visibleLength(model, problem, chosen)
    const read = problem.prefix === null ? 'source' : 'prefix'
    const first = problem.prefix === null ? 0 : ends.sourceTokens
    const { objective } = await pace.time(masks.length, async () =>
      session.run({
        ...ends.feeds(length, read),
        [`keep.${read}`]: keepFeed(masks, first, length),
        ...targetFeeds(spec, chosen, options.contrast),
        ...(await encoded?.feeds(masks)),
      }),
    )
    return Float64Array.from(objective!.data, Number)
  }

  return {
    problem,
    tokens: ends.tokens,
    maskable: (target) => {
      const { source, prefix } = ends.lengths(visibleLength(model, problem, [problem.targets[target]!]))
      const end = prefix === null ? source : ends.sourceTokens + prefix
      return ends.moving.filter((place) => place < end)
    },
    evaluate: async (targets, masks) => {
      const found = await run(false, targets, masks)
      return masks.map((_, q) => Float64Array.from(targets, (_target, k) => found[k * masks.length + q]!))
    },
    evaluatePairs: (pairs) =>
      run(
        true,
        pairs.map(({ target }) => target),
        pairs.map(({ mask }) => mask),
      ),
    masksPerRun: (targets) => {
      const logits = 4 * liveLogits * targets * rows * model.vocabulary.output
      return Math.max(1, Math.min(pace.pairsPerRun(), Math.floor(bytesPerRun / logits)))
    },
  }
}
