/** The summary of ablation curves: every point with its interval. */
import { z } from 'zod'
import type { HeadOrder, Measure } from '#compute/local.ts'
import type { Local } from './command.ts'
import type { StoredRow } from './run-directory.ts'

/** Metrics that a curve may follow: the name it has, and the measure of texts that it is among. */
export const curveMetrics = { bleu: 'bleu', chrf: 'chrf', 'rouge-l': 'rouge', exact: 'exact' } as const
export type CurveMetric = keyof typeof curveMetrics
const measureNames: Readonly<Record<CurveMetric, string>> = {
  bleu: 'bleu',
  chrf: 'chrf',
  'rouge-l': 'rougeL',
  exact: 'exactMatch',
}

const curveRow = z.object({
  change: z.record(z.string(), z.array(z.number())),
  written: z.record(z.string(), z.array(z.string())).default({}),
  reference: z.string().optional(),
})
type CurveRow = z.infer<typeof curveRow>

/**
 * By order and number of heads removed, the change of F, mean over rows, and the metric of what was written, with 95 % bootstrap
 * intervals over rows.
 */
export async function summariseCurves(
  rows: AsyncIterable<StoredRow>,
  orders: readonly HeadOrder[],
  removed: readonly number[],
  metric: CurveMetric | null,
  local: Local,
): Promise<object> {
  const tally = local.openTally()
  for await (const stored of rows) {
    const found = curveRow.safeParse(stored)
    if (!found.success) continue // a row that could not be computed
    const points = Object.entries(found.data.change).flatMap(([name, changes]) =>
      changes.map((change, point) => local.meanMeasure(keyOf(name, point), change, 1)),
    )
    tally.add(stored.index, [...points, ...(metric === null ? [] : measureWritten(found.data, metric, local))])
  }
  const report = tally.report()
  return {
    bootstrap: local.usualBootstrap,
    orders: orders.map(({ name, heads }) => ({
      name,
      heads: heads.map(local.nameOfHead),
      points: removed.map((count, point) => ({
        removed: count,
        change: report[keyOf(name, point)],
        ...(metric === null ? {} : { [metric]: report[`${metric} ${keyOf(name, point)}`] }),
      })),
    })),
  }
}

const keyOf = (name: string, point: number): string => `${name} ${point}`

function measureWritten({ written, reference }: CurveRow, metric: CurveMetric, local: Local): readonly Measure[] {
  if (reference === undefined) return []
  return Object.entries(written).flatMap(([name, texts]) =>
    texts.flatMap((text, point) =>
      local
        .measureText(curveMetrics[metric], text, reference)
        .filter((measure) => measure.name === measureNames[metric])
        .map((measure) => ({ ...measure, name: `${metric} ${keyOf(name, point)}` })),
    ),
  )
}
