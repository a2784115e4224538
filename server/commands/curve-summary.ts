/** The summary of ablation curves: every point with its interval. */
import { z } from 'zod'
import type { HeadOrder } from '#compute/local.ts'
import type { Local } from './command.ts'
import type { StoredRow } from './run-directory.ts'

const curveRow = z.object({ change: z.record(z.string(), z.array(z.number())) })

/** By order and number of heads removed, the change of F: mean over rows with a 95 % bootstrap interval over them. */
export async function summariseCurves(
  rows: AsyncIterable<StoredRow>,
  orders: readonly HeadOrder[],
  removed: readonly number[],
  local: Local,
): Promise<object> {
  const tally = local.openTally()
  const keyOf = (name: string, point: number): string => `${name} ${point}`
  for await (const stored of rows) {
    const found = curveRow.safeParse(stored)
    if (!found.success) continue // a row that could not be computed
    const points = Object.entries(found.data.change).flatMap(([name, changes]) =>
      changes.map((change, point) => local.meanMeasure(keyOf(name, point), change, 1)),
    )
    tally.add(stored.index, points)
  }
  const report = tally.report()
  return {
    bootstrap: local.usualBootstrap,
    orders: orders.map(({ name, heads }) => ({
      name,
      heads: heads.map(({ kind, layer, head }) => `${kind}.${layer}.${head}`),
      points: removed.map((count, point) => ({ removed: count, change: report[keyOf(name, point)] })),
    })),
  }
}
