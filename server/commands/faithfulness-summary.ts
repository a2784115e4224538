/** The summary of faithfulness over a corpus: the areas and curves of scores beside those of the controls. */
import { z } from 'zod'
import type { Estimate } from '#compute/local.ts'
import type { Local } from './command.ts'
import type { StoredRow } from './run-directory.ts'

const measures = ['comprehensiveness', 'sufficiency'] as const
const orders = ['scores', 'reversed', 'random'] as const

const curve = z.object({
  comprehensiveness: z.array(z.number()),
  sufficiency: z.array(z.number()),
  aopc: z.object({ comprehensiveness: z.number(), sufficiency: z.number() }),
})
type Curve = z.infer<typeof curve>

const judgedRow = z.object({
  fractions: z.array(z.number()),
  controls: z.number(),
  targets: z.array(z.object({ gap: z.number(), scores: curve, reversed: curve, random: z.array(curve).min(1) })),
})
type JudgedRow = z.infer<typeof judgedRow>

/**
 * Means over all targets with 95 % bootstrap intervals over rows: AOPC of the scores, of their reverse and of the random orders
 * (averaged), `beyondRandom`, the first less the last, and both curves. `gap` is the mean of |Σ scores − (F − F₀)|.
 */
export async function summariseFaithfulness(rows: AsyncIterable<StoredRow>, local: Local): Promise<object> {
  const tally = local.openTally()
  let test: Pick<JudgedRow, 'fractions' | 'controls'> = { fractions: [], controls: 0 }
  for await (const stored of rows) {
    const found = judgedRow.safeParse(stored)
    if (!found.success) continue // a row that could not be computed
    const { targets, fractions, controls } = found.data
    test = { fractions, controls }
    const sums = new Map<string, number>()
    for (const target of targets) {
      for (const [name, number] of numbersOf(target)) sums.set(name, (sums.get(name) ?? 0) + number)
    }
    tally.add(
      stored.index,
      [...sums].map(([name, sum]) => local.meanMeasure(name, sum, targets.length)),
    )
  }
  const report = tally.report()
  const byMeasure = <T>(read: (measure: string) => T) => Object.fromEntries(measures.map((name) => [name, read(name)]))
  return {
    bootstrap: local.usualBootstrap,
    ...test,
    gap: report['gap'],
    aopc: byMeasure((measure) => pick([...orders, 'beyondRandom'], (order) => report[`${order}.${measure}`])),
    curves: byMeasure((measure) =>
      pick(orders, (order) => test.fractions.map((_, i) => report[`${order}.${measure}.${i}`])),
    ),
  }
}

const pick = <T extends Estimate | undefined | readonly (Estimate | undefined)[]>(
  names: readonly string[],
  read: (name: string) => T,
): Readonly<Record<string, T>> => Object.fromEntries(names.map((name) => [name, read(name)]))

/** Numbers of one target by name: areas as `order.measure`, points of curves as `order.measure.step`. */
function numbersOf({
  gap,
  scores,
  reversed,
  random,
}: JudgedRow['targets'][number]): readonly (readonly [string, number])[] {
  const curves = { scores: [scores], reversed: [reversed], random }
  const mean = (some: readonly Curve[], read: (one: Curve) => number): number =>
    some.reduce((sum, one) => sum + read(one) / some.length, 0)
  const named = measures.flatMap((measure) => {
    const area = (order: (typeof orders)[number]): number => mean(curves[order], ({ aopc }) => aopc[measure])
    return [
      [`beyondRandom.${measure}`, area('scores') - area('random')] as const,
      ...orders.flatMap((order) => [
        [`${order}.${measure}`, area(order)] as const,
        ...scores[measure].map(
          (_, i) => [`${order}.${measure}.${i}`, mean(curves[order], (one) => one[measure][i]!)] as const,
        ),
      ]),
    ]
  })
  return [['gap', Math.abs(gap)], ...named]
}
