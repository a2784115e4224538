/** Whether two lists of scores put the same entries first. Both take ties into account; NaN where a list is constant. */

/** Ranks from 1; entries that are equal share the mean of their ranks. */
function midRanks(scores: ArrayLike<number>): Float64Array {
  const order = Array.from(scores, (_, i) => i).toSorted((a, b) => scores[a]! - scores[b]!)
  const ranks = new Float64Array(scores.length)
  for (let start = 0; start < order.length;) {
    let end = start + 1
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end += 1
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + end + 1) / 2
    start = end
  }
  return ranks
}

/** Spearman's ρ: Pearson's correlation of the ranks, in [−1, 1] (Spearman 1904). */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [midRanks(a), midRanks(b)]
  const middle = (x.length + 1) / 2
  let [xy, xx, yy] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - middle) * (y[i]! - middle)
    xx += (x[i]! - middle) ** 2
    yy += (y[i]! - middle) ** 2
  }
  return xy / Math.sqrt(xx * yy)
}

/** Kendall's τ-b in [−1, 1]: (concordant − discordant pairs) / √(pairs untied in a · pairs untied in b) (Kendall 1945). */
export function kendallTauB(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [balance, untiedA, untiedB] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const [orderA, orderB] = [Math.sign(a[i]! - a[j]!), Math.sign(b[i]! - b[j]!)]
      balance += orderA * orderB
      untiedA += Math.abs(orderA)
      untiedB += Math.abs(orderB)
    }
  }
  return balance / Math.sqrt(untiedA * untiedB)
}
