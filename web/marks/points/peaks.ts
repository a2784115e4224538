/** Where the members of a group lie thickest. */
import type { Bounds, Point } from './view-transform.ts'

const cells = 24

/**
 * For each group the middle of its densest spot, null for groups without members: members are counted in a 24 × 24 grid, the cell
 * with the largest sum over itself and its eight neighbours wins, and its members and theirs are averaged.
 * `group` [n] holds a group's number, or −1.
 */
export function peaksOf(
  x: Float32Array,
  y: Float32Array,
  group: ArrayLike<number>,
  groups: number,
  { left, right, bottom, top }: Bounds,
): readonly (Point | null)[] {
  const across = (cells * 0.9999) / Math.max(1e-9, right - left)
  const up = (cells * 0.9999) / Math.max(1e-9, top - bottom)
  const width = cells + 2
  const cellOf = (i: number): number =>
    (1 + Math.floor((y[i]! - bottom) * up)) * width + 1 + Math.floor((x[i]! - left) * across)
  const counts = new Int32Array(groups * width * width)
  for (let i = 0; i < x.length; i++) if (group[i]! >= 0) counts[group[i]! * width * width + cellOf(i)]!++
  const best = Array.from({ length: groups }, (_, each) =>
    fullest(counts.subarray(each * width * width, (each + 1) * width * width), width),
  )
  const sums = new Float64Array(3 * groups)
  for (let i = 0; i < x.length; i++) {
    const each = group[i]!
    if (each < 0 || !adjoins(best[each]!, cellOf(i), width)) continue
    sums[3 * each]! += x[i]!
    sums[3 * each + 1]! += y[i]!
    sums[3 * each + 2]! += 1
  }
  return best.map((_, each) => {
    const members = sums[3 * each + 2]!
    return members === 0 ? null : [sums[3 * each]! / members, sums[3 * each + 1]! / members]
  })
}

function fullest(counts: Int32Array, width: number): number {
  let [found, most] = [-1, 0]
  for (let row = 1; row < width - 1; row++) {
    for (let column = 1; column < width - 1; column++) {
      let sum = 0
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) sum += counts[(row + dy) * width + column + dx]!
      }
      if (sum > most) [found, most] = [row * width + column, sum]
    }
  }
  return found
}

function adjoins(one: number, two: number, width: number): boolean {
  if (one < 0) return false
  const [row, column] = [Math.floor(one / width), one % width]
  return Math.abs(Math.floor(two / width) - row) <= 1 && Math.abs((two % width) - column) <= 1
}
