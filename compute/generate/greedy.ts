/** One token at a time: the likeliest one, or one drawn at random. */
import type { Decoder } from './decoder.ts'
import type { GenerationPlan } from './plan.ts'
import { isFixedByLength, lengthBias, processScores } from './processors.ts'
import { makeSampler } from './sample.ts'

/** Tokens written between two looks at messages, where the graph can write alone. */
const tokensPerRun = 8

type Writing = AsyncGenerator<readonly number[], readonly number[]>

/**
 * Writes until an end token or the length limit; yields in between with the ids so far, start or prompt included. The first tokens are
 * those of `begun`, whatever their scores.
 */
export async function* generateGreedily(decoder: Decoder, plan: GenerationPlan, begun: readonly number[]): Writing {
  const choose = plan.sampling === null ? indexOfLargest : makeSampler(plan.sampling)
  const ids = [...decoder.prompt]
  const given = begun.toReversed()
  const append = (scores: Float32Array): void => {
    processScores(scores, ids, decoder.prompt.length, plan)
    ids.push(given.pop() ?? choose(scores))
  }
  const [first] = await decoder.first()
  append(first!)
  const isAlone = plan.sampling === null && isFixedByLength(plan)
  while (!plan.end.includes(ids.at(-1)!) && ids.length < plan.maxLength) {
    yield ids
    if (isAlone && given.length === 0) ids.push(...(await writeRun(decoder, ids, first!.length, plan)))
    else append((await decoder.next([ids.at(-1)!], [0]))[0]!)
  }
  return ids
}

/** A few tokens in one run of the graph. */
function writeRun(
  decoder: Decoder,
  ids: readonly number[],
  vocabulary: number,
  plan: GenerationPlan,
): Promise<readonly number[]> {
  const count = Math.min(tokensPerRun, plan.maxLength - ids.length)
  const bias = Array.from({ length: count }, (_, i) =>
    lengthBias(ids.length + i, vocabulary, decoder.prompt.length, plan),
  )
  return decoder.write(ids.at(-1)!, bias, plan.end)
}

/** The first of equals, as PyTorch's argmax has it. */
export function indexOfLargest(scores: Float32Array): number {
  let best = 0
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i
  return best
}
