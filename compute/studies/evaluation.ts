/** How good outputs are: measures with intervals in all and by group, and scores of each output as columns. */
import { measureText, metricSignatures, scoreRow } from '#compute/evaluation/measures.ts'
import { openTally } from '#compute/evaluation/tally.ts'
import type { Tally } from '#compute/evaluation/tally.ts'
import { usualBootstrap } from '#compute/evaluation/bootstrap.ts'
import type { Opened } from '#compute/tasks/opened.ts'
import type { EvaluatedRow, EvaluationMetric, EvaluationTask, Progress } from '#compute/types.ts'
import { fileColumns } from './columns.ts'
import type { FilledColumn } from './columns.ts'
import { writeAll } from './rewriting.ts'
import type { StudySteps } from './study.ts'

/** A row that has both an output and a reference. */
interface Compared extends EvaluatedRow {
  readonly output: string
  readonly reference: string
}

/** Values of a column beyond so many are no groups. */
const mostGroups = 100

export async function* evaluateOutputs(opened: Opened, { rows, metrics }: EvaluationTask): StudySteps {
  const written = yield* writeMissing(opened, rows)
  const compared = written.filter((row): row is Compared => row.output !== null && row.reference !== null)
  const whole = openTally()
  const groups = new Map<string, { readonly tally: Tally; rows: number }>()
  for (const [done, { row, output, reference, group }] of compared.entries()) {
    if (done % 50 === 0) yield { stage: 'Comparing outputs', done, total: compared.length }
    const measures = metrics.flatMap((metric) => measureText(metric, output, reference))
    whole.add(row, measures)
    const own = group === null ? null : groupOf(groups, group)
    if (own === null) continue
    own.tally.add(row, measures)
    own.rows += 1
  }
  const filed = fileColumns(
    compared.map(({ row }) => row),
    metrics.map((metric) => columnOf(metric, compared)),
  )
  return {
    tensors: filed.tensors,
    report: {
      shown: compared.length,
      of: rows.length,
      bootstrap: usualBootstrap,
      signatures: Object.fromEntries(metrics.flatMap((metric) => namedSignature(metric))),
      measures: whole.report(),
      groups: [...groups].map(([name, own]) => ({ name, rows: own.rows, measures: own.tally.report() })),
      columns: filed.columns,
    },
  }
}

function groupOf(groups: Map<string, { tally: Tally; rows: number }>, group: string) {
  const known = groups.get(group)
  if (known !== undefined) return known
  if (groups.size >= mostGroups) return null
  const made = { tally: openTally(), rows: 0 }
  groups.set(group, made)
  return made
}

async function* writeMissing(
  opened: Opened,
  rows: readonly EvaluatedRow[],
): AsyncGenerator<Progress, readonly EvaluatedRow[]> {
  const missing = rows.filter(({ output }) => output === null)
  if (missing.length === 0) return rows
  const tokenizer = await opened.tokenizer()
  const sources = await Promise.all(missing.map(async ({ source }) => (await tokenizer.encode(source)).ids))
  const writing = writeAll(opened, sources)
  let step = await writing.next()
  while (step.done !== true) {
    yield { stage: 'Writing outputs', done: step.value, total: missing.length }
    step = await writing.next()
  }
  const texts = new Map(missing.map(({ row }, i) => [row, step.value[i]!]))
  return rows.map((row) => ({ ...row, output: row.output ?? texts.get(row.row) ?? null }))
}

const namedSignature = (metric: EvaluationMetric): readonly (readonly [string, string])[] => {
  const signature = metricSignatures[metric]
  return signature === undefined ? [] : [[metric, signature]]
}

/** What each metric is called as a column, and what it says of one output. */
const texts: Readonly<Record<EvaluationMetric, readonly [name: string, title: string, definition: string]>> = {
  bleu: [
    'bleu',
    'BLEU',
    'How many word runs of up to four words the output shares with the reference, 0 to 100 (sentence BLEU).',
  ],
  chrf: ['chrf', 'chrF', 'How many character runs of up to six characters output and reference share, 0 to 100.'],
  rouge: [
    'rougeL',
    'ROUGE-L',
    'F score of the longest word sequence that output and reference have in common, 0 to 1.',
  ],
  exact: ['exactMatch', 'Exact match', '1 where output and reference are the same text, 0 elsewhere.'],
  answer: ['answerAccuracy', 'Correct', '1 where the first line of the output is the reference answer, 0 elsewhere.'],
}

function columnOf(metric: EvaluationMetric, rows: readonly Compared[]): FilledColumn {
  const [name, title, definition] = texts[metric]
  const values = rows.map(({ output, reference }) => {
    const score = scoreRow(metric, output, reference)[name]
    return metric === 'rouge' ? (score as { readonly f: number }).f : Number(score) // as `scoreRow` makes them
  })
  return { name, title, unit: '', definition, values }
}
