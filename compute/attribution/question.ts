/** What is asked of a problem, and from which baseline: checked, and how programs are fed with parts of it. */
import type { Side } from '#compute/models/model.ts'
import type { ObjectiveSpec } from '#compute/programs/objective.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import type { AttributionOptions } from '#compute/types.ts'
import type { BaselineChoice } from './embeddings.ts'
import { openEnds } from './ends.ts'
import type { Ends } from './ends.ts'
import { makePace } from './pace.ts'
import type { Pace } from './pace.ts'
import { checkProblem } from './problem.ts'
import type { Problem } from './problem.ts'
import { specOf, targetFeeds, visibleLength } from './target-feeds.ts'

export interface Question {
  readonly spec: ObjectiveSpec
  readonly ends: Ends
  readonly pace: Pace
  /** Tokens of each side that are left when those that no target of a run can see are cut away. */
  readonly lengths: (targets: readonly number[]) => ReturnType<Ends['lengths']>
  /** Both ends, or those of the side that is named, cut likewise; and the targets themselves. */
  readonly feeds: (targets: readonly number[], side?: Side) => Readonly<Record<string, Tensor>>
  /** Places that a target can see and that leave their embedding: special tokens stay unless asked. */
  readonly movable: (target: number) => readonly number[]
}

/** Fails on ids and positions that the model does not have. */
export async function openQuestion(
  engine: Engine,
  problem: Problem,
  options: BaselineChoice & Pick<AttributionOptions, 'objective' | 'contrast'>,
): Promise<Question> {
  const { model } = engine
  checkProblem(model, problem)
  const spec = specOf(model, problem, options)
  const ends = await openEnds(engine, problem, options)
  const choose = (targets: readonly number[]) => targets.map((target) => problem.targets[target]!)
  const lengths: Question['lengths'] = (targets) => ends.lengths(visibleLength(model, problem, choose(targets)))
  return {
    spec,
    ends,
    pace: makePace(engine, problem),
    lengths,
    feeds: (targets, side) => ({
      ...ends.feeds(visibleLength(model, problem, choose(targets)), side),
      ...targetFeeds(spec, choose(targets), options.contrast),
    }),
    movable: (target) => {
      const { source, prefix } = lengths([target])
      return ends.moving.filter((place) => place < (prefix === null ? source : ends.sourceTokens + prefix))
    },
  }
}
