/** The summary of explanations over a corpus: how many can be trusted, what heads were worth, and what their loss did. */
import { z } from 'zod'
import type { Measure } from '#compute/local.ts'
import type { Local } from './command.ts'
import type { StoredRow } from './run-directory.ts'

const numbers = z.record(z.string(), z.array(z.array(z.number())))

/** What a row of `attribute` or `ablate` may hold that is worth a mean. */
const explained = z.object({
  targets: z
    .array(z.object({ converged: z.boolean(), objective: z.number(), ablated: z.number() }).partial())
    .default([]),
  layers: z.array(z.object({ converged: z.array(z.boolean()) })).optional(),
  importance: numbers.optional(),
  'effect.mean': numbers.optional(),
  objective: z.unknown().optional(),
})
type Explained = z.infer<typeof explained>

/**
 * Means over targets with 95 % bootstrap intervals over rows: `converged`, the share that reached its completeness gap, and `change`
 * of F without the heads. `importance` and `effect` [layers, heads] by kind of attention are means over all targets of the corpus.
 */
export async function summariseExplanations(rows: AsyncIterable<StoredRow>, local: Local): Promise<object> {
  const tally = local.openTally()
  const [importance, effect] = [openMeans(), openMeans()]
  for await (const stored of rows) {
    const found = explained.safeParse(stored)
    if (!found.success) continue // of a method whose rows have other fields
    const row = found.data
    tally.add(stored.index, measureRow(row, local))
    const targets = Array.isArray(row.objective) ? row.objective.length : row.targets.length
    importance.add(row.importance ?? {}, targets)
    effect.add(row['effect.mean'] ?? {}, targets)
  }
  return {
    bootstrap: local.usualBootstrap,
    metrics: tally.report(),
    ...importance.named('importance'),
    ...effect.named('effect'),
  }
}

function measureRow({ targets, layers }: Explained, { meanMeasure }: Local): readonly Measure[] {
  const flags = [...targets.map(({ converged }) => converged), ...(layers ?? []).flatMap(({ converged }) => converged)]
  const judged = flags.filter((flag) => flag !== undefined)
  const changes = targets.flatMap(({ objective, ablated }) =>
    objective === undefined || ablated === undefined ? [] : [ablated - objective],
  )
  const sum = (list: readonly number[]): number => list.reduce((all, number) => all + number, 0)
  return [
    ...(judged.length === 0 ? [] : [meanMeasure('converged', judged.filter(Boolean).length, judged.length)]),
    ...(changes.length === 0 ? [] : [meanMeasure('change', sum(changes), changes.length)]),
  ]
}

type Matrices = z.infer<typeof numbers>

/** Means of matrices by name, rows weighed by their targets. */
function openMeans() {
  const sums = new Map<string, { matrix: number[][]; weight: number }>()
  return {
    add: (matrices: Matrices, weight: number): void => {
      for (const [name, matrix] of Object.entries(matrices)) {
        const known = sums.get(name) ?? { matrix: matrix.map((row) => row.map(() => 0)), weight: 0 }
        sums.set(name, known)
        known.weight += weight
        matrix.forEach((row, i) => row.forEach((number, j) => (known.matrix[i]![j]! += weight * number)))
      }
    },
    named: (name: string): Readonly<Record<string, object>> => {
      if (sums.size === 0) return {}
      const means = [...sums].map(([kind, { matrix, weight }]) => [
        kind,
        matrix.map((row) => row.map((number) => number / weight)),
      ])
      return { [name]: Object.fromEntries(means) as object }
    },
  }
}
