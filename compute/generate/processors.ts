/** What is done to the scores of the next token before one is chosen, in the order of transformers' `_get_logits_processor`. */
import type { GenerationPlan } from './plan.ts'

/** Changes scores [vocabulary] in place, given all ids before them (start token or prompt included). */
export function processScores(
  scores: Float32Array,
  ids: readonly number[],
  promptLength: number,
  plan: GenerationPlan,
): void {
  if (plan.repetitionPenalty !== 1) penaliseRepetition(scores, ids, plan.repetitionPenalty)
  if (plan.noRepeatNgram > 0) forbidRepeatedNgrams(scores, ids, plan.noRepeatNgram)
  for (const word of plan.badWords) forbidLast(scores, ids, word)
  if (ids.length < plan.minLength) forbid(scores, plan.end)
  if (plan.forcedFirst !== null && ids.length === 1) force(scores, [plan.forcedFirst])
  if (plan.forcedLast.length > 0 && ids.length === plan.maxLength - 1) force(scores, plan.forcedLast)
  forbid(scores, plan.suppressed)
  const first = promptLength > 1 || plan.forcedFirst === null ? promptLength : promptLength + 1
  if (ids.length === first) forbid(scores, plan.suppressedFirst)
}

/** Whether what is done to the scores depends on nothing but how many tokens there are. */
export const isFixedByLength = ({ repetitionPenalty, noRepeatNgram, badWords }: GenerationPlan): boolean =>
  repetitionPenalty === 1 && noRepeatNgram === 0 && badWords.every((word) => word.length === 1)

/**
 * For such a plan: what to add to the scores when `length` tokens stand there. A forced token keeps its score and all others
 * fall to −∞, which chooses the same token.
 */
export function lengthBias(
  length: number,
  vocabulary: number,
  promptLength: number,
  plan: GenerationPlan,
): Float32Array {
  const bias = new Float32Array(vocabulary)
  processScores(bias, new Array<number>(length).fill(0), promptLength, plan)
  return bias
}

function forbid(scores: Float32Array, ids: readonly number[]): void {
  for (const id of ids) scores[id] = -Infinity
}

function force(scores: Float32Array, ids: readonly number[]): void {
  scores.fill(-Infinity)
  for (const id of ids) scores[id] = 0
}

/** Keskar et al. 2019: scores of tokens that occurred are divided by the penalty, or multiplied where negative. */
function penaliseRepetition(scores: Float32Array, ids: readonly number[], penalty: number): void {
  for (const id of new Set(ids)) scores[id] = scores[id]! < 0 ? scores[id]! * penalty : scores[id]! / penalty
}

/** Every token that would complete an n-gram which occurred before. */
function forbidRepeatedNgrams(scores: Float32Array, ids: readonly number[], size: number): void {
  const start = ids.length + 1 - size
  if (start < 1) return
  for (let i = 0; i + size <= ids.length; i++) {
    let isSame = true
    for (let j = 0; j < size - 1 && isSame; j++) isSame = ids[i + j] === ids[start + j]
    if (isSame) scores[ids[i + size - 1]!] = -Infinity
  }
}

/** The last token of a bad word whose other tokens have just been written. */
function forbidLast(scores: Float32Array, ids: readonly number[], word: readonly number[]): void {
  const before = word.length - 1
  if (before > ids.length) return
  for (let j = 0; j < before; j++) if (ids[ids.length - before + j] !== word[j]) return
  scores[word[before]!] = -Infinity
}
