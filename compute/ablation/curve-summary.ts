/** Adding up curves of ablation over rows: every point with its interval. */
import { usualBootstrap } from '#compute/evaluation/bootstrap.ts'
import type { Estimate } from '#compute/evaluation/bootstrap.ts'
import { meanMeasure, measureText } from '#compute/evaluation/measures.ts'
import type { Measure, TextMetric } from '#compute/evaluation/measures.ts'
import { openTally } from '#compute/evaluation/tally.ts'
import type { CurveMetric } from '#compute/types.ts'
import type { HeadOrder } from './curve.ts'
import { nameOfHead } from './heads.ts'

/** Metrics that a curve may follow: the measure of texts that it is among, and its name there. */
export const curveMetrics: Readonly<Record<CurveMetric, readonly [metric: TextMetric, measure: string]>> = {
  bleu: ['bleu', 'bleu'],
  chrf: ['chrf', 'chrf'],
  'rouge-l': ['rouge', 'rougeL'],
  exact: ['exact', 'exactMatch'],
}

/** The metric of one text, ready to be added up. */
export const measureMetric = (metric: CurveMetric, text: string, reference: string): Measure =>
  measureText(curveMetrics[metric][0], text, reference).find(({ name }) => name === curveMetrics[metric][1])!

/** By name of the order: a number, or a text, for each number of heads removed. */
export type AlongOrders<T> = Readonly<Record<string, readonly T[]>>

/** One row of a curve. */
export interface CurveRow {
  /** Change of F, mean over the targets of the row. */
  readonly change: AlongOrders<number>
  readonly written: AlongOrders<string>
  readonly reference: string | null
}

export type CurvePoint = { readonly removed: number; readonly change: Estimate } & Partial<
  Readonly<Record<CurveMetric, Estimate>>
>

/** What becomes of F, mean over rows, and of the metric, with 95 % bootstrap intervals over rows. */
export interface CurveReport {
  readonly bootstrap: typeof usualBootstrap
  readonly orders: readonly {
    readonly name: string
    readonly heads: readonly string[]
    readonly points: readonly CurvePoint[]
  }[]
}

export interface CurveSummary {
  readonly add: (row: number, curve: CurveRow) => void
  readonly report: () => CurveReport
}

export function openCurveSummary(
  orders: readonly HeadOrder[],
  removed: readonly number[],
  metric: CurveMetric | null,
): CurveSummary {
  const tally = openTally()
  return {
    add: (row, { change, written, reference }) => {
      const points = Object.entries(change).flatMap(([name, changes]) =>
        changes.map((value, point) => meanMeasure(keyOf(name, point), value, 1)),
      )
      tally.add(row, [
        ...points,
        ...(metric === null || reference === null ? [] : measureWritten(written, metric, reference)),
      ])
    },
    report: () => {
      const found = tally.report()
      return {
        bootstrap: usualBootstrap,
        orders: orders.map(({ name, heads }) => ({
          name,
          heads: heads.map(nameOfHead),
          points: removed.map((count, point) => ({
            removed: count,
            change: found[keyOf(name, point)]!,
            ...(metric === null ? {} : { [metric]: found[`${metric} ${keyOf(name, point)}`] }),
          })),
        })),
      }
    },
  }
}

const keyOf = (name: string, point: number): string => `${name} ${point}`

const measureWritten = (written: AlongOrders<string>, metric: CurveMetric, reference: string): readonly Measure[] =>
  Object.entries(written).flatMap(([name, texts]) =>
    texts.map((text, point) => ({
      ...measureMetric(metric, text, reference),
      name: `${metric} ${keyOf(name, point)}`,
    })),
  )
