/** Which names of a ruler are written: the important ones first, each where no earlier one stands. */

/** Places in the order given, leaving out each one nearer than `apart` to an earlier one. */
export function placeLabels(
  order: Iterable<number>,
  placeOf: (index: number) => number,
  apart: number,
  fits: (index: number) => boolean = () => true,
): readonly number[] {
  const taken: number[] = []
  const kept: number[] = []
  for (const index of order) {
    const place = placeOf(index)
    if (!fits(index) || nearest(taken, place) < apart) continue
    taken.splice(insertion(taken, place), 0, place)
    kept.push(index)
  }
  return kept
}

/** Distance to the nearest of sorted places. */
function nearest(sorted: readonly number[], place: number): number {
  const at = insertion(sorted, place)
  const below = at > 0 ? place - sorted[at - 1]! : Infinity // inside
  const above = at < sorted.length ? sorted[at]! - place : Infinity // inside
  return Math.min(below, above)
}

function insertion(sorted: readonly number[], place: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < place)
      low = middle + 1 // inside
    else high = middle
  }
  return low
}

/** Indices by falling weight; equal ones keep their order. */
export const byWeight = (weights: ArrayLike<number>): readonly number[] =>
  Array.from({ length: weights.length }, (_, index) => index).sort(
    (left, right) => (weights[right] ?? 0) - (weights[left] ?? 0),
  )
