/** From point to point with the keys. */

export type Direction = 'left' | 'right' | 'up' | 'down'

const axes: Readonly<Record<Direction, readonly [x: number, y: number]>> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, 1],
  down: [0, -1],
}

/**
 * The nearest point within the quarter plane of a direction: of those whose offset along the direction is at least the offset
 * across it, the one with the least distance, offsets across counted double so that a walk keeps to its line. −1 at the border.
 */
export function nextInDirection(
  x: Float32Array,
  y: Float32Array,
  from: number,
  direction: Direction,
  counts: (row: number) => boolean,
): number {
  const [ux, uy] = axes[direction]
  const [fx, fy] = [x[from]!, y[from]!]
  let found = -1
  let least = Infinity
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - fx, y[i]! - fy]
    const along = dx * ux + dy * uy
    const across = Math.abs(dx * uy) + Math.abs(dy * ux)
    if (along <= 0 || across > along || i === from) continue
    const cost = along * along + 4 * across * across
    if (cost < least && counts(i)) {
      found = i
      least = cost
    }
  }
  return found
}

/** The point nearest to a place; −1 where none counts. */
export function nearestTo(
  x: Float32Array,
  y: Float32Array,
  [px, py]: readonly [number, number],
  counts: (row: number) => boolean,
): number {
  let found = -1
  let least = Infinity
  for (let i = 0; i < x.length; i++) {
    const distance = (x[i]! - px) ** 2 + (y[i]! - py) ** 2
    if (distance < least && counts(i)) {
      found = i
      least = distance
    }
  }
  return found
}
