/**
 * Kendall's τ-b of two lists, −1 to 1: (concordant − discordant pairs) / √(pairs untied in a · pairs untied in b) (Kendall 1945).
 * Pairs in which one value is missing do not count; null where a list is constant or has fewer than two entries.
 */
export function rankAgreement(a: readonly (number | null)[], b: readonly (number | null)[]): number | null {
  const pairs = a.flatMap((value, index): (readonly [number, number])[] => {
    const other = b[index] ?? null
    return value === null || other === null ? [] : [[value, other]]
  })
  let [balance, untiedA, untiedB] = [0, 0, 0]
  for (const [i, [a1, b1]] of pairs.entries()) {
    for (let j = 0; j < i; j++) {
      const [a2, b2] = pairs[j]! // j < i
      const [orderA, orderB] = [Math.sign(a1 - a2), Math.sign(b1 - b2)]
      balance += orderA * orderB
      untiedA += Math.abs(orderA)
      untiedB += Math.abs(orderB)
    }
  }
  return untiedA === 0 || untiedB === 0 ? null : balance / Math.sqrt(untiedA * untiedB)
}
