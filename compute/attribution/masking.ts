/** Replacing tokens by their baseline and reading F again: forward passes only, many masks in one run. */
import { maskedObjectiveGraph } from '#compute/programs/masked-objective.ts'
import { objectiveKey } from '#compute/programs/objective.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { floats } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import { openEnds } from './ends.ts'
import { bytesPerRun, makePace } from './pace.ts'
import type { PathOptions } from './path.ts'
import { checkProblem } from './problem.ts'
import type { Problem } from './problem.ts'
import { specOf, targetFeeds, visibleLength } from './target-feeds.ts'

/** Places, in source then prefix, of the tokens whose embedding is replaced by the baseline's; positions stay as they are. */
export type Mask = readonly number[]

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

  async function run(isPaired: boolean, targets: readonly number[], masks: readonly Mask[]): Promise<Float64Array> {
    const key = `masked${isPaired ? '-pairs' : ''}-${objectiveKey(spec)}`
    const session = await engine.program(key, () => maskedObjectiveGraph(model, spec, isPaired), 'hot')
    const chosen = targets.map((index) => problem.targets[index]!)
    const length = visibleLength(model, problem, chosen)
    const { source, prefix } = ends.lengths(length)
    const feeds = {
      ...ends.feeds(length),
      ...targetFeeds(spec, chosen, options.contrast),
      'keep.source': keepFeed(masks, 0, source),
      ...(prefix === null ? {} : { 'keep.prefix': keepFeed(masks, ends.sourceTokens, prefix) }),
    }
    const { objective } = await pace.time(masks.length, () => session.run(feeds))
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

/** [masks, tokens] of one side, which starts at the place `first`: 1 for what stays. */
function keepFeed(masks: readonly Mask[], first: number, tokens: number): Tensor {
  const data = new Float32Array(masks.length * tokens).fill(1)
  masks.forEach((mask, q) => {
    for (const place of mask) if (place >= first && place < first + tokens) data[q * tokens + place - first] = 0
  })
  return floats([masks.length, tokens], data)
}
