/** Curves of ablation as lines and bands: the change of F as more heads are left out, for every order of removal. */
import type { AblationCurveReport } from '#server/wire/head-studies.ts'
import type { Axis } from './scatter-frame.ts'
import { axisOf } from './scatter-frame.ts'

export interface CurvePoint {
  readonly removed: number
  readonly value: number
  /** 95 % bootstrap interval over texts. */
  readonly low: number
  readonly high: number
}

export interface CurveLine {
  /** `attribution`, `gradient`, `attention` or `random`. */
  readonly ranking: string
  readonly first: 'most' | 'least' | null
  readonly points: readonly CurvePoint[]
}

/** One line for each order; the random orders are taken together: mean, and the reach of all their intervals. */
export function curvesOf(report: AblationCurveReport): readonly CurveLine[] {
  const lines = report.orders.map(({ name, points }): CurveLine => {
    const [ranking = '', first] = name.split(' ')
    return {
      ranking,
      first: first === 'most' || first === 'least' ? first : null,
      points: points.flatMap(({ removed, change }) =>
        change.value === null
          ? []
          : [
              {
                removed,
                value: change.value,
                low: change.interval?.[0] ?? change.value,
                high: change.interval?.[1] ?? change.value,
              },
            ],
      ),
    }
  })
  const random = lines.filter(({ first }) => first === null)
  return [...lines.filter(({ first }) => first !== null), ...(random.length > 0 ? [together(random)] : [])]
}

function together(lines: readonly CurveLine[]): CurveLine {
  const counts = [...new Set(lines.flatMap(({ points }) => points.map(({ removed }) => removed)))].sort((a, b) => a - b)
  return {
    ranking: 'random',
    first: null,
    points: counts.map((removed) => {
      const at = lines.flatMap(({ points }) => points.filter((point) => point.removed === removed))
      return {
        removed,
        value: at.reduce((sum, { value }) => sum + value, 0) / at.length,
        low: Math.min(...at.map(({ low }) => low)),
        high: Math.max(...at.map(({ high }) => high)),
      }
    }),
  }
}

export interface CurveAxes {
  readonly across: Axis
  readonly up: Axis
}

export function curveAxes(lines: readonly CurveLine[], width: number, height: number): CurveAxes {
  const points = lines.flatMap((line) => line.points)
  return {
    across: axisOf(
      points.map(({ removed }) => removed),
      Math.max(2, width / 70),
    ),
    up: axisOf(
      points.flatMap(({ value, low, high }) => [value, low, high]),
      Math.max(2, height / 36),
    ),
  }
}

type Place = (value: number) => number

export const linePath = ({ points }: CurveLine, x: Place, y: Place): string =>
  points.map(({ removed, value }, at) => `${at === 0 ? 'M' : 'L'}${x(removed)} ${y(value)}`).join('')

/** The intervals as a closed shape. */
export function bandPath({ points }: CurveLine, x: Place, y: Place): string {
  const up = points.map(({ removed, high }, at) => `${at === 0 ? 'M' : 'L'}${x(removed)} ${y(high)}`)
  const down = points.toReversed().map(({ removed, low }) => `L${x(removed)} ${y(low)}`)
  return points.length === 0 ? '' : `${up.join('')}${down.join('')}z`
}

/** Names at the ends of the lines, moved apart so that none covers another: their heights, in the order of the lines. */
export function spreadEnds(heights: readonly number[], apart: number, most: number): readonly number[] {
  const order = heights.map((height, at) => ({ height, at })).sort((left, right) => left.height - right.height)
  let before = -Infinity
  for (const entry of order) before = entry.height = Math.max(entry.height, before + apart)
  let after = most
  for (const entry of order.toReversed()) after = (entry.height = Math.min(entry.height, after)) - apart
  return order.toSorted((left, right) => left.at - right.at).map(({ height }) => height)
}
