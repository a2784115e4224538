/** The summary of a logit lens over a corpus: from which layer on the output stands written. */
import { z } from 'zod'
import type { Local } from './command.ts'
import type { StoredRow } from './run-directory.ts'

const lensRow = z.object({
  targets: z.array(
    z.object({
      layers: z.array(z.object({ layer: z.number(), logProb: z.number(), rank: z.number(), entropy: z.number() })),
    }),
  ),
})

/**
 * Means over all targets with 95 % bootstrap intervals over rows, by layer: log-probability of the output token and entropy in
 * nats, and `first`, the share of targets whose output token is the layer's likeliest.
 */
export async function summariseLens(rows: AsyncIterable<StoredRow>, local: Local): Promise<object> {
  const tallies: ReturnType<typeof local.openTally>[] = []
  for await (const stored of rows) {
    const found = lensRow.safeParse(stored)
    if (!found.success) continue // a row that could not be computed
    const { targets } = found.data
    const mean = (name: string, numbers: readonly number[]) =>
      local.meanMeasure(
        name,
        numbers.reduce((sum, number) => sum + number, 0),
        numbers.length,
      )
    for (const layer of targets[0]?.layers.keys() ?? []) {
      const own = targets.map(({ layers }) => layers[layer]!)
      tallies[layer] ??= local.openTally()
      tallies[layer].add(stored.index, [
        mean(
          'logProb',
          own.map(({ logProb }) => logProb),
        ),
        mean(
          'entropy',
          own.map(({ entropy }) => entropy),
        ),
        mean(
          'first',
          own.map(({ rank }) => Number(rank === 1)),
        ),
      ])
    }
  }
  return { bootstrap: local.usualBootstrap, layers: tallies.map((tally, layer) => ({ layer, ...tally.report() })) }
}
