/** Replacing tokens by their baseline and reading F again: forward passes only, many masks in one run. */
import { maskedObjectiveGraph } from '#compute/programs/masked-objective.ts'
import { objectiveKey } from '#compute/programs/objective.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { keepFeed, openMaskedSource } from './masked-source.ts'
import type { Mask } from './masked-source.ts'
import { bytesPerRun } from './pace.ts'
import type { PathOptions } from './path.ts'
import type { Problem } from './problem.ts'
import { openQuestion } from './question.ts'

export type { Mask } from './masked-source.ts'

export interface Masking {
  readonly problem: Problem
  /** Tokens of source and prefix. */
  readonly tokens: number
  /** Places that a target can see and that may be replaced: special tokens stay unless asked. */
  readonly maskable: (target: number) => readonly number[]
  /** F of every target under every mask, [mask][target]; one run. */
  readonly evaluate: (targets: readonly number[], masks: readonly Mask[]) => Promise<readonly Float64Array[]>
  /** How many masks fit into one run with this many targets for each. */
  readonly masksPerRun: (targets: number) => number
}

/** Copies of the logits of a run that are alive at once. */
const liveLogits = 3

export async function openMasking(engine: Engine, problem: Problem, options: PathOptions): Promise<Masking> {
  const { model } = engine
  const question = await openQuestion(engine, problem, options)
  const { spec, ends, pace } = question
  const rows = Math.max(...problem.targets.map(({ earlier = [] }) => 1 + earlier.length))
  const [read, first] = problem.prefix === null ? (['source', 0] as const) : (['prefix', ends.sourceTokens] as const)
  const encoded = problem.prefix === null ? null : openMaskedSource(engine, ends)

  async function evaluate(targets: readonly number[], masks: readonly Mask[]): Promise<readonly Float64Array[]> {
    const key = `masked-${objectiveKey(spec)}`
    const session = await engine.program(key, () => maskedObjectiveGraph(model, spec), 'hot')
    const { objective } = await pace.time(masks.length, async () =>
      session.run({
        ...question.feeds(targets, read),
        [`keep.${read}`]: keepFeed(masks, first, question.lengths(targets)[read]!), // the side is there
        ...(await encoded?.feeds(masks)),
      }),
    )
    const found = Float64Array.from(objective!.data, Number)
    return masks.map((_, q) => Float64Array.from(targets, (_target, k) => found[k * masks.length + q]!))
  }

  return {
    problem,
    tokens: ends.tokens,
    maskable: question.movable,
    evaluate,
    masksPerRun: (targets) => {
      const logits = 4 * liveLogits * targets * rows * model.vocabulary.output
      return Math.max(1, Math.min(pace.pairsPerRun(), Math.floor(bytesPerRun / logits)))
    },
  }
}
