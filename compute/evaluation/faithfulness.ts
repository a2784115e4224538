/**
 * How well scores say what a model relied on, whatever made them: tokens are replaced by their baseline in the order of their
 * scores, and F is read again. Forward passes only.
 * Comprehensiveness F(all) − F(without the best) and sufficiency F(all) − F(the best alone): DeYoung et al. 2020 (ERASER), here
 * as differences of F and not of a class probability. Both averaged over the steps, the empty step counted: the area over the
 * perturbation curve, AOPC (Samek et al. 2017). Controls: the reversed order, and random orders.
 */
import { inRuns } from '#compute/attribution/mask-runs.ts'
import type { RunSteps } from '#compute/attribution/mask-runs.ts'
import type { Mask, Masking } from '#compute/attribution/masking.ts'
import { makeRandom, shuffle } from '#compute/generate/sample.ts'
import type { Faithfulness, FaithfulnessOptions, FaithfulnessRow, MaskingCurve } from '#compute/types.ts'

/** Scores of one target, one per token of source and prefix. */
export type TokenScores = ArrayLike<number>

/** The steps of a curve: what is masked at each, under either measure. */
interface Curve {
  readonly without: readonly Mask[]
  readonly alone: readonly Mask[]
}

/** Judges the scores of every target of the problem; yields between runs. */
export async function* faithfulness(
  masking: Masking,
  scores: readonly TokenScores[],
  options: FaithfulnessOptions,
): RunSteps<Faithfulness> {
  const rows: FaithfulnessRow[] = []
  const total = masking.problem.targets.length
  for (let target = 0; target < total; target++) {
    const places = masking.maskable(target)
    const orders = ordersOf(places, scores[target]!, options, target)
    const curves = orders.map((order) => curveOf(order, options.fractions))
    const masks: readonly Mask[] = [[], places, ...curves.flatMap(({ without, alone }) => [...without, ...alone])]
    const values = yield* readAll(masking, target, masks)
    rows.push(rowOf(values, options.fractions.length, sumOf(scores[target]!)))
  }
  return { fractions: options.fractions, controls: options.controls, seed: options.seed, rows }
}

const sumOf = (numbers: ArrayLike<number>): number => Array.from(numbers).reduce((sum, number) => sum + number, 0)

/** The order of the scores, largest first and equals from the left; its reverse; random ones. */
export function ordersOf(
  places: readonly number[],
  scores: TokenScores,
  { controls, seed }: Pick<FaithfulnessOptions, 'controls' | 'seed'>,
  target: number,
): readonly (readonly number[])[] {
  const best = places.toSorted((a, b) => scores[b]! - scores[a]! || a - b)
  const random = makeRandom(seed + 7919 * target)
  return [best, best.toReversed(), ...Array.from({ length: controls }, () => shuffle(places, random))]
}

/** Step by step: the first ⌈q · N⌉ tokens of the order go, or only they stay. */
function curveOf(order: readonly number[], fractions: readonly number[]): Curve {
  const counts = fractions.map((fraction) => Math.ceil(fraction * order.length - 1e-9))
  return {
    without: counts.map((count) => order.slice(0, count)),
    alone: counts.map((count) => order.slice(count)),
  }
}

/** F of one target under every mask; equal masks are computed once. */
async function* readAll(masking: Masking, target: number, masks: readonly Mask[]): RunSteps<readonly number[]> {
  const keys = masks.map((mask) => mask.toSorted((a, b) => a - b).join(' '))
  const distinct = new Map(keys.map((key, i) => [key, masks[i]!]))
  const found = yield* inRuns(
    [...distinct.values()],
    () => masking.masksPerRun(1),
    (some) => masking.evaluate([target], some),
    () => ({ stage: 'outputs judged', done: target, total: masking.problem.targets.length }),
  )
  const values = new Map(Array.from(distinct.keys(), (key, i) => [key, found[i]![0]!]))
  return keys.map((key) => values.get(key)!)
}

/** `values`: F, F₀, then F at every step of every order, without the best and with them alone. */
function rowOf(values: readonly number[], steps: number, sum: number): FaithfulnessRow {
  const [objective, baselineObjective] = values as readonly [number, number]
  const drops = values.slice(2).map((value) => objective - value)
  const [ordered, reversed, ...random] = Array.from({ length: drops.length / (2 * steps) }, (_, order) => {
    const at = 2 * steps * order
    return summarise(drops.slice(at, at + steps), drops.slice(at + steps, at + 2 * steps))
  })
  return {
    objective,
    baselineObjective,
    gap: sum - (objective - baselineObjective),
    scores: ordered!, // there are always these two
    reversed: reversed!,
    random,
  }
}

/** The mean over the steps, with the empty one, where nothing changes. */
const areaOf = (curve: readonly number[]): number => sumOf(curve) / (curve.length + 1)

const summarise = (comprehensiveness: readonly number[], sufficiency: readonly number[]): MaskingCurve => ({
  comprehensiveness,
  sufficiency,
  aopc: { comprehensiveness: areaOf(comprehensiveness), sufficiency: areaOf(sufficiency) },
})
