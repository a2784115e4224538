/** How well scores rank what is true above what is not. */

/** One judged case; rows with weight 2 count twice. */
export interface RankedCase {
  readonly score: number
  readonly isPositive: boolean
}

/** Both NaN where there are no positives or, for the AUROC, no negatives. */
export interface Ranking {
  /** Area under the receiver operating characteristic: how often a positive scores above a negative, ties counted half. */
  readonly auroc: number
  /** Average precision: Σ (Rₙ − Rₙ₋₁) · Pₙ over the distinct scores from the top, as scikit-learn has it. */
  readonly averagePrecision: number
}

/** Ranks cases once, to be weighed many times. `weights` are those of the cases in their given order. */
export function openRanking(cases: readonly RankedCase[]): (weights: ArrayLike<number> | null) => Ranking {
  const order = Uint32Array.from(cases.keys()).sort((a, b) => cases[b]!.score - cases[a]!.score)
  return (weights) => {
    let [positives, negatives, concordant, precise] = [0, 0, 0, 0]
    for (let i = 0; i < order.length;) {
      let [tiedPositives, tiedNegatives] = [0, 0]
      const { score } = cases[order[i]!]!
      for (; i < order.length && cases[order[i]!]!.score === score; i++) {
        const weight = weights?.[order[i]!] ?? 1
        if (cases[order[i]!]!.isPositive) tiedPositives += weight
        else tiedNegatives += weight
      }
      concordant += tiedNegatives * (positives + tiedPositives / 2)
      positives += tiedPositives
      negatives += tiedNegatives
      if (tiedPositives > 0) precise += (tiedPositives * positives) / (positives + negatives)
    }
    return { auroc: concordant / (positives * negatives), averagePrecision: precise / positives }
  }
}

/** AUROC and average precision of cases that count once each. Scores must not be NaN. */
export const rank = (cases: readonly RankedCase[]): Ranking => openRanking(cases)(null)
