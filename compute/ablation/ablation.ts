/**
 * Head ablation: F with the output of some heads replaced, for all positions, by zero or by a mean. Zero is the same as setting
 * the head's attention probabilities to zero (Michel, Levy and Neubig 2019). A mean keeps what a head adds whatever the text
 * (mean ablation, as in Wang et al. 2022): over the positions of the text itself, or of a corpus (`makeHeadMeans`).
 */
import { attentionPlaces } from '#compute/attribution/attention-attribution.ts'
import { makePace } from '#compute/attribution/pace.ts'
import { checkProblem } from '#compute/attribution/problem.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import { idFeeds, specOf, targetFeeds } from '#compute/attribution/target-feeds.ts'
import { ablationGraph, placeKey } from '#compute/programs/ablation.ts'
import { objectiveKey } from '#compute/programs/objective.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { floats } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import { lastOf } from '#compute/steps.ts'
import type { AttentionOptions, Head, HeadAblationOptions } from '#compute/types.ts'
import { checkHeads, headsAt, makeHeadMeans } from './heads.ts'
import type { HeadValues } from './heads.ts'

export interface AblationOptions extends Pick<AttentionOptions, 'objective' | 'contrast'> {
  /** What takes the place of a head's output. */
  readonly values: HeadValues
}

export interface Ablation {
  /** F [K] without each of these sets of heads, in one run. The empty set is the whole model. */
  readonly measure: (sets: readonly (readonly Head[])[]) => Promise<readonly (readonly number[])[]>
  /** How many sets fit into one run. */
  readonly setsPerRun: () => number
}

/** F without each of many sets of heads, [set][target], as many in one run as fit; yields how many are known after each. */
export async function* measureSets(
  ablation: Ablation,
  sets: readonly (readonly Head[])[],
): AsyncGenerator<number, readonly (readonly number[])[]> {
  const found: (readonly number[])[] = []
  while (found.length < sets.length) {
    found.push(...(await ablation.measure(sets.slice(found.length, found.length + ablation.setsPerRun()))))
    yield found.length
  }
  return found
}

/** The same where nobody looks at the steps. */
export const measureAll = (
  ablation: Ablation,
  sets: readonly (readonly Head[])[],
): Promise<readonly (readonly number[])[]> => lastOf(measureSets(ablation, sets))

/** With the value that an option names; `means` are those of a corpus, in place of the means over the text itself. */
export async function openNamedAblation(
  engine: Engine,
  problem: Problem,
  { value, ...options }: HeadAblationOptions,
  means: HeadValues | null = null,
): Promise<{ readonly ablation: Ablation; readonly values: HeadValues }> {
  const own = makeHeadMeans(engine)
  if (value === 'mean' && means === null) await own.add(problem)
  const values = value === 'mean' && means !== null ? means : own.values()
  return { ablation: openAblation(engine, problem, { ...options, values }), values }
}

/** Ablation of one text; runs measure any sets of heads. */
export function openAblation(engine: Engine, problem: Problem, options: AblationOptions): Ablation {
  const { model } = engine
  checkProblem(model, problem)
  const spec = specOf(model, problem, options)
  const pace = makePace(engine, problem)
  const places = attentionPlaces(model, null)

  function switches(sets: readonly (readonly Head[])[]): Record<string, Tensor> {
    const feeds: Record<string, Tensor> = {}
    for (const place of places) {
      const [key, heads] = [placeKey(place), headsAt(model, place)]
      const keep = new Float32Array(sets.length * heads).fill(1)
      sets.forEach((set, s) => {
        for (const head of set) if (placeKey(head) === key) keep[s * heads + head.head] = 0
      })
      const value = options.values.get(key) ?? new Float32Array(heads) // one zero a head is enough
      feeds[`keep.${key}`] = floats([sets.length, heads], keep)
      feeds[`value.${key}`] = floats([heads, value.length / heads], value)
    }
    return feeds
  }

  return {
    setsPerRun: pace.pairsPerRun,
    measure: async (sets) => {
      for (const set of sets) checkHeads(model, set)
      const key = `ablation-${objectiveKey(spec)}`
      const session = await engine.program(key, () => ablationGraph(model, spec), 'hot')
      const feeds = { ...idFeeds(problem), ...switches(sets), ...targetFeeds(spec, problem.targets, options.contrast) }
      const { objective } = await pace.time(sets.length, () => session.run(feeds))
      return sets.map((_, s) => problem.targets.map((_target, k) => Number(objective!.data[k * sets.length + s])))
    },
  }
}
