/** The summary of a run over a corpus: every number with a 95 % bootstrap interval over rows. */
import type { EntityCase, Measure, Tally, TextMetric } from '#compute/local.ts'
import type { Local } from './command.ts'
import type { JudgedOutput } from './evaluation-judge.ts'
import type { ReportedOutput, ReportedStep } from './output-report.ts'
import type { StoredRow } from './run-directory.ts'

/** Means of log-prob and entropy per output token, in nats, and of the tokens per output. */
export async function summariseOutputs(rows: AsyncIterable<StoredRow>, local: Local): Promise<object> {
  const tally = local.openTally()
  for await (const row of rows) tally.add(row.index, measureSteps(outputOf(row), local))
  return { bootstrap: local.usualBootstrap, metrics: tally.report() }
}

/** The means above, all metrics, their parts by group, and what is known of supported and unsupported entities. */
export async function summariseEvaluation(rows: AsyncIterable<StoredRow>, local: Local): Promise<object> {
  const whole = local.openTally()
  const groups = new Map<string, Tally>()
  const cases: EntityCase[] = []
  const used = new Set<TextMetric>()
  for await (const row of rows) {
    const output = outputOf(row)
    const metrics = metricsOf(output, local)
    for (const metric of metrics) used.add(metric)
    const measures = [...measureSteps(output, local), ...measureOutput(output, metrics, local)]
    whole.add(row.index, measures)
    if (output.group !== undefined) tallyOf(groups, output.group, local).add(row.index, measures)
    for (const entity of output.entities ?? []) cases.push({ entity, row: row.index })
  }
  const signatures = [...used].flatMap((metric) => {
    const signature = local.metricSignatures[metric]
    return signature === undefined ? [] : [[metric, signature] as const]
  })
  return {
    bootstrap: local.usualBootstrap,
    signatures: Object.fromEntries(signatures),
    metrics: whole.report(),
    ...(groups.size === 0 ? {} : { groups: reportGroups(groups) }),
    ...(cases.length === 0 ? {} : { unsupportedBy: local.rankEntities(cases) }),
  }
}

/** Rows are our own, written by the same command; one that failed has no output. */
const outputOf = (row: StoredRow): Partial<JudgedOutput> => row as Partial<JudgedOutput>

/** Groups of a column with more values than this are no groups. */
const mostGroups = 100
const otherGroups = '(other)'

function tallyOf(groups: Map<string, Tally>, group: string, local: Local): Tally {
  const name = groups.has(group) || groups.size < mostGroups ? group : otherGroups
  const known = groups.get(name) ?? local.openTally()
  groups.set(name, known)
  return known
}

const reportGroups = (groups: ReadonlyMap<string, Tally>): object =>
  Object.fromEntries([...groups].map(([name, tally]) => [name, tally.report()]))

function measureSteps({ steps }: Partial<ReportedOutput>, { meanMeasure }: Local): readonly Measure[] {
  if (steps === undefined) return []
  const sum = (of: (step: ReportedStep) => number): number => steps.reduce((all, step) => all + of(step), 0)
  return [
    meanMeasure(
      'logProb',
      sum(({ logProb }) => logProb),
      steps.length,
    ),
    meanMeasure(
      'entropy',
      sum(({ entropy }) => entropy),
      steps.length,
    ),
    meanMeasure('tokens', steps.length, 1),
  ]
}

/** The metrics that a row was judged by: their names stand in it, but for those that have parts. */
function metricsOf({ metrics }: Partial<JudgedOutput>, { textMetrics }: Local): readonly TextMetric[] {
  if (metrics === undefined) return []
  const names: Readonly<Partial<Record<TextMetric, string>>> = {
    rouge: 'rouge1',
    exact: 'exactMatch',
    answer: 'answerAccuracy',
  }
  return textMetrics.filter((metric) => Object.hasOwn(metrics, names[metric] ?? metric))
}

function measureOutput(
  { text, reference, entities }: Partial<JudgedOutput>,
  metrics: readonly TextMetric[],
  { measureText, measureEntities }: Local,
): readonly Measure[] {
  const compared = metrics.flatMap((metric) => measureText(metric, text!, reference!)) // a judged row has both
  return entities === undefined ? compared : [...compared, ...measureEntities(entities)]
}
