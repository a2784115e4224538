/**
 * Scores of tokens [K, tokens] put together to those of units (words, sentences) [K, units]. Path methods are additive, so the
 * sum is the score of the unit; occlusion with `Problem.units` has masked each unit as a whole, and its tokens share the effect.
 */
export function sumUnits(scores: Float32Array, unitOfToken: readonly number[]): Float32Array {
  const tokens = unitOfToken.length
  const units = 1 + Math.max(-1, ...unitOfToken)
  const rows = tokens === 0 ? 0 : scores.length / tokens
  const sums = new Float64Array(rows * units)
  scores.forEach((score, i) => {
    sums[Math.floor(i / tokens) * units + unitOfToken[i % tokens]!]! += score
  })
  return Float32Array.from(sums)
}
