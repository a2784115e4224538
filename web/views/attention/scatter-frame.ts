/** Heads as points: two metrics as axes, ticks, and the nearest head in a direction. */
import { ticks } from 'd3-array'
import type { Head } from '#compute/types.ts'
import type { MapValues } from './cells.ts'
import { valueOf } from './head-table.ts'
import type { HeadMap } from './heads.ts'

export interface Axis {
  readonly from: number
  readonly to: number
  readonly ticks: readonly number[]
}

export interface ScatterPoint {
  readonly head: Head
  readonly across: number
  readonly up: number
}

/** A round axis around the values; one without any goes from 0 to 1. */
export function axisOf(values: readonly number[], wanted: number): Axis {
  const known = values.filter((value) => Number.isFinite(value))
  const low = Math.min(0, ...known)
  const high = Math.max(low < 0 ? 0 : 1e-6, ...known)
  const to = known.length === 0 ? 1 : high
  // No point lies on the frame.
  const pad = (to - low) * 0.08
  const [start, end] = [low < 0 ? low - pad : 0, to + pad]
  return { from: start, to: end, ticks: ticks(start, end, wanted) }
}

/** Place of a value between the ends of an axis, from 0 to 1. */
export const placeOn = ({ from, to }: Axis, value: number): number => (value - from) / (to - from)

/** Heads with both values. */
export function pointsOf(
  maps: readonly HeadMap[],
  across: readonly MapValues[],
  up: readonly MapValues[],
): readonly ScatterPoint[] {
  return maps.flatMap((map) =>
    Array.from({ length: map.layers * map.heads }, (_, at) => {
      const head = { kind: map.kind, layer: Math.floor(at / map.heads), head: at % map.heads }
      return { head, across: valueOf(across, head), up: valueOf(up, head) }
    }).filter((point) => Number.isFinite(point.across) && Number.isFinite(point.up)),
  )
}

const directions: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
}

/** The nearest point that lies more in the direction of an arrow key than beside it; null where there is none. */
export function nextPoint(
  key: string,
  from: ScatterPoint,
  points: readonly ScatterPoint[],
  axes: { readonly across: Axis; readonly up: Axis },
): ScatterPoint | null {
  const direction = directions[key]
  if (direction === undefined) return null
  const [dx, dy] = direction
  let best: { readonly point: ScatterPoint; readonly far: number } | null = null
  for (const point of points) {
    const x = placeOn(axes.across, point.across) - placeOn(axes.across, from.across)
    const y = placeOn(axes.up, point.up) - placeOn(axes.up, from.up)
    const along = x * dx + y * dy
    const aside = Math.abs(x * dy) + Math.abs(y * dx)
    if (point === from || along <= 0 || aside > along) continue
    const far = along + 2 * aside
    if (best === null || far < best.far) best = { point, far }
  }
  return best?.point ?? null
}
