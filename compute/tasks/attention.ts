/** Tasks about attention heads. */
import { openNamedAblation } from '#compute/ablation/ablation.ts'
import { headEffects } from '#compute/ablation/effects.ts'
import { headMeasures } from '#compute/ablation/head-measures.ts'
import { makeHeadRoles } from '#compute/ablation/head-roles.ts'
import { checkPlace } from '#compute/ablation/heads.ts'
import { targetImportance } from '#compute/ablation/target-importance.ts'
import { attentionAttribution } from '#compute/attribution/attention-attribution.ts'
import type { AttentionSteps } from '#compute/attribution/attention-attribution.ts'
import { attentionFlow } from '#compute/attribution/attention-flow.ts'
import { checkProblem, outputProblem } from '#compute/attribution/problem.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import { idFeeds } from '#compute/attribution/target-feeds.ts'
import { ComputeError } from '#compute/errors.ts'
import { placeKey } from '#compute/programs/ablation.ts'
import { attentionGraph } from '#compute/programs/forward.ts'
import type {
  AblatedObjective,
  AttentionFlow,
  AttentionWeights,
  HeadLook,
  MeasuredHeads,
  Progress,
  Task,
} from '#compute/types.ts'
import type { Opened } from './opened.ts'

type Asked<K extends Task['kind']> = Extract<Task, { kind: K }>

/** Attention attribution of every token of an output. */
export function attend(
  { engine }: Opened,
  { source, output, options, finished, only }: Asked<'attend'>,
  focus: () => number | null,
): AttentionSteps {
  const problem = onlyTarget(outputProblem(engine.model, source, output), only)
  return attentionAttribution(engine, problem, options, { focus, finished })
}

/** F of every token of an output without some heads. */
export async function ablate(
  { engine }: Opened,
  { source, output, heads, options }: Asked<'ablate'>,
): Promise<AblatedObjective> {
  const { ablation } = await openNamedAblation(engine, outputProblem(engine.model, source, output), options)
  const [objective, ablated] = (await ablation.measure([[], heads])).map((row) => Float32Array.from(row))
  return { objective: objective!, ablated: ablated! } // one row per set
}

/** The effect of each head by itself on every token of an output. */
export async function* measureHeads(
  { engine }: Opened,
  { source, output, options }: Asked<'head-effects'>,
): AsyncGenerator<Progress, MeasuredHeads> {
  const { ablation } = await openNamedAblation(engine, outputProblem(engine.model, source, output), options)
  const { objective, effects } = yield* headEffects(engine, ablation)
  return { objective: Float32Array.from(objective), effects }
}

/** Attention weights of one layer. Fails on a layer that the model does not have. */
export async function weights(
  { engine }: Opened,
  { source, output, place }: Asked<'weights'>,
): Promise<AttentionWeights> {
  const { model } = engine
  checkPlace(model, place)
  const problem = outputProblem(model, source, output)
  checkProblem(model, problem)
  const session = await engine.program(`weights-${placeKey(place)}`, () => attentionGraph(model, place), 'cold')
  const feeds = idFeeds(problem)
  const asked = place.kind === 'encoder' ? { input_ids: feeds['input_ids']! } : feeds
  const { data, shape } = (await session.run(asked))['weights']! // the program has this output
  const [, heads, queries, keys] = shape as readonly [number, number, number, number]
  return { weights: data as Float32Array, shape: [heads, queries, keys] }
}

/** Measures and roles of every head. */
export async function look(
  { engine, tokenizer }: Opened,
  { source, output }: Asked<'head-measures'>,
): Promise<HeadLook> {
  const problem = outputProblem(engine.model, source, output)
  const read = await tokenizer().catch(() => null)
  // A piece without a letter or digit parts texts: punctuation, line ends.
  const collector = makeHeadRoles(engine, (id) => read !== null && !/[\p{L}\p{N}]/u.test(read.decode([id])))
  await collector.add(problem)
  return { measures: await headMeasures(engine, problem.source, problem.prefix), roles: collector.roles() }
}

/** Importance of every head for each token of an output. */
export const rank = (
  { engine }: Opened,
  { source, output, by, options }: Asked<'head-importance'>,
): ReturnType<typeof targetImportance> =>
  targetImportance(engine, outputProblem(engine.model, source, output), by, options)

/** What attention alone says of every token of an output. */
export async function flow(
  { engine }: Opened,
  { source, output }: Asked<'flow'>,
): Promise<Pick<AttentionFlow, 'rollout' | 'mean'>> {
  const { rollout, mean } = await attentionFlow(engine, outputProblem(engine.model, source, output))
  return { rollout, mean }
}

/** The same problem with one target, as an index into its targets; all of them where none is named. */
export function onlyTarget(problem: Problem, only: number | undefined): Problem {
  if (only === undefined) return problem
  const target = problem.targets[only]
  if (target !== undefined) return { ...problem, targets: [target] }
  throw new ComputeError(
    'bad-input',
    `The output has ${problem.targets.length} tokens, counted from 0: there is no ${only}`,
  )
}
