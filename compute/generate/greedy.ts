/** One token at a time: the likeliest one, or one drawn at random. */
import type { Decoder } from './decoder.ts'
import type { GenerationPlan } from './plan.ts'
import { processScores } from './processors.ts'
import { makeSampler } from './sample.ts'

/** Writes until an end token or the length limit; yields after every token with the ids so far, start or prompt included. */
export async function* generateGreedily(
  decoder: Decoder,
  plan: GenerationPlan,
): AsyncGenerator<readonly number[], readonly number[]> {
  const choose = plan.sampling === null ? indexOfLargest : makeSampler(plan.sampling)
  const ids = [...decoder.prompt]
  let [scores] = await decoder.first()
  for (;;) {
    processScores(scores!, ids, decoder.prompt.length, plan)
    const next = choose(scores!)
    ids.push(next)
    if (plan.end.includes(next) || ids.length >= plan.maxLength) return ids
    yield ids
    ;[scores] = await decoder.next([next], [0])
  }
}

/** The first of equals, as PyTorch's argmax has it. */
export function indexOfLargest(scores: Float32Array): number {
  let best = 0
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i
  return best
}
