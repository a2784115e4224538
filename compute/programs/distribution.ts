/** What is read of distributions over the vocabulary, given as log-probabilities [..., K, vocabulary]. */
import type { Value } from '#compute/graph/value.ts'
import { exp, mul, neg } from '#compute/ops/elementwise.ts'
import { oneHot } from '#compute/ops/gather.ts'
import { sum } from '#compute/ops/reduce.ts'

/** Entropy in nats, [..., K]. */
export const entropyOf = (logProbs: Value): Value => neg(sum(mul(exp(logProbs), logProbs), [-1]))

/** Log-probabilities of one token each, `ids` [K]: [..., K], or [..., K, 1] where the last axis is kept. */
export const logProbOf = (logProbs: Value, ids: Value, isKept = false): Value =>
  sum(mul(logProbs, oneHot(ids, logProbs.shape.at(-1)!, 'float32')), [-1], isKept)
