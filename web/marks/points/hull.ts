/** The line round a set of points. */
import type { Point } from './view-transform.ts'

/** Corners of the convex hull, counter-clockwise with y upwards (Andrew's monotone chain, 1979). */
export function convexHull(points: readonly Point[]): readonly Point[] {
  const sorted = points.toSorted((left, right) => left[0] - right[0] || left[1] - right[1])
  if (sorted.length < 3) return sorted
  return [...chain(sorted), ...chain(sorted.toReversed())]
}

/** One half of the hull, without its last point, which begins the other half. */
function chain(sorted: readonly Point[]): readonly Point[] {
  const half: Point[] = []
  for (const point of sorted) {
    while (half.length > 1 && turnsRight(half.at(-2)!, half.at(-1)!, point)) half.pop() // never empty here
    half.push(point)
  }
  half.pop()
  return half
}

const turnsRight = ([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): boolean =>
  (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) <= 0

/** An SVG path `distance` pixels outside a convex hull given in screen coordinates, with round corners; empty without points. */
export function outlinePath(hull: readonly Point[], distance: number): string {
  const first = hull[0]
  if (first === undefined) return ''
  if (hull.length === 1) return ringPath(first, distance)
  // The screen's y points down: its hulls run the other way round, so that the outer side is to the left of each edge.
  const sides = hull.map((point, index) => outside(point, hull[(index + 1) % hull.length]!, distance))
  const arcs = sides.map(([from, to], index) => {
    const move = index === 0 ? `M${say(from)}` : `A${distance} ${distance} 0 0 1 ${say(from)}`
    return `${move}L${say(to)}`
  })
  return `${arcs.join('')}A${distance} ${distance} 0 0 1 ${say(sides[0]![0])}Z`
}

const ringPath = ([x, y]: Point, r: number): string =>
  `M${say([x - r, y])}A${r} ${r} 0 0 1 ${say([x + r, y])}A${r} ${r} 0 0 1 ${say([x - r, y])}Z`

function outside([ax, ay]: Point, [bx, by]: Point, distance: number): readonly [Point, Point] {
  const length = Math.hypot(bx - ax, by - ay) || 1
  const [nx, ny] = [((by - ay) / length) * distance, (-(bx - ax) / length) * distance]
  return [
    [ax + nx, ay + ny],
    [bx + nx, by + ny],
  ]
}

const say = ([x, y]: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`
