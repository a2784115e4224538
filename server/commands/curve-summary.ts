/** The summary of ablation curves: every point with its interval. */
import { z } from 'zod'
import type { HeadOrder } from '#compute/local.ts'
import type { CurveMetric } from '#compute/types.ts'
import type { Local } from './command.ts'
import type { StoredRow } from './run-directory.ts'

const curveRow = z.object({
  change: z.record(z.string(), z.array(z.number())),
  written: z.record(z.string(), z.array(z.string())).default({}),
  reference: z.string().nullable().default(null),
})

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
  const summary = local.openCurveSummary(orders, removed, metric)
  for await (const stored of rows) {
    const found = curveRow.safeParse(stored)
    if (found.success) summary.add(stored.index, found.data) // others could not be computed
  }
  return summary.report()
}
