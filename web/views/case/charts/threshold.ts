/** What a filter at a threshold finds, and where to begin. Pure. */
import type { ThresholdsReply } from '#server/wire/case-studies.ts'

/** What a threshold finds. */
export const pointAt = (curve: ThresholdsReply, index: number) => ({
  threshold: curve.thresholds[index] ?? NaN,
  flagged: curve.flagged[index] ?? 0,
  hits: curve.hits[index] ?? 0,
  precision: curve.precision[index] ?? NaN,
  recall: curve.recall[index] ?? NaN,
})

/** The threshold that a filter would best begin with: the one of the largest F1, 2 · precision · recall / (precision + recall). */
export function bestThreshold({ precision, recall }: ThresholdsReply): number {
  let [best, most] = [0, -1]
  precision.forEach((right, i) => {
    const found = recall[i] ?? 0
    const f1 = right + found === 0 ? 0 : (2 * right * found) / (right + found)
    if (f1 > most) [best, most] = [i, f1]
  })
  return best
}

/** The point of the curve nearest to a place in the chart. */
export function nearestPoint(
  { precision, recall }: ThresholdsReply,
  place: { readonly recall: number; readonly precision: number },
): number {
  let [nearest, least] = [0, Infinity]
  precision.forEach((right, i) => {
    const distance = (right - place.precision) ** 2 + ((recall[i] ?? 0) - place.recall) ** 2
    if (distance < least) [nearest, least] = [i, distance]
  })
  return nearest
}
