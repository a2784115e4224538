/**
 * Which names of outputs their sources support, and whether the model's doubt gives away those that it made up: entropy at the first
 * token of a name, supported against unsupported, and what a filter on it would find.
 */
import { openEntityFinder } from '#compute/evaluation/entities.ts'
import { openLexiconBuilder } from '#compute/evaluation/entity-lexicon.ts'
import { judgeEntities, measureEntities, rankEntities, tokenOf } from '#compute/evaluation/output-entities.ts'
import type { EntityCase, JudgedEntity } from '#compute/evaluation/output-entities.ts'
import { openTally } from '#compute/evaluation/tally.ts'
import { describeSample, thresholdCurve } from '#compute/evaluation/threshold-curve.ts'
import type { EntitySupportTask, NamedRow, StudyTensor } from '#compute/types.ts'
import { fileColumns } from './columns.ts'
import type { FilledColumn } from './columns.ts'
import { floats, integers } from './study.ts'
import type { StudySteps } from './study.ts'

interface JudgedRow {
  readonly row: number
  readonly entities: readonly PlacedEntity[]
}

/** With the output token it begins in. */
type PlacedEntity = JudgedEntity & { readonly token: number }

interface PlacedCase extends EntityCase {
  readonly entity: PlacedEntity
}

/** Unsupported names that are listed by their text, from either end of the entropies. */
const listed = 12

/** Rows between two steps. */
const slice = 50

export async function* supportEntities({ rows }: EntitySupportTask): StudySteps {
  const lexicon = openLexiconBuilder()
  for (const { sourceEntities, referenceEntities } of rows) lexicon.add(sourceEntities, referenceEntities)
  yield { stage: 'Learning names', done: 0, total: rows.length }
  const finder = openEntityFinder(lexicon.build())
  const written = rows.filter((row): row is NamedRow & { output: object } => row.output !== null)
  const judged: JudgedRow[] = []
  const tally = openTally()
  for (const [done, { row, source, output }] of written.entries()) {
    const entities = judgeEntities(finder, source, output).map((entity) => ({
      ...entity,
      token: tokenOf(output.offsets, entity),
    }))
    judged.push({ row, entities })
    tally.add(row, measureEntities(entities))
    if (done % slice === 0) yield { stage: 'Finding names', done, total: written.length }
  }
  yield { stage: 'Comparing names', done: 0, total: 1 }
  const cases = judged.flatMap(({ row, entities }) => entities.map((entity) => ({ row, entity })))
  const filed = fileColumns(
    judged.map(({ row }) => row),
    columnsOf(judged),
  )
  const types = [...new Set(cases.map(({ entity }) => entity.type))].toSorted()
  return {
    tensors: { ...filed.tensors, ...tensorsOf(cases, types) },
    report: {
      shown: written.length,
      of: rows.length,
      types,
      measures: tally.report(),
      ...compareSamples(cases),
      ...listUnsupported(cases),
      names: thresholdCurve(cases.map(({ entity }) => ({ score: entity.entropy, isPositive: !entity.supported }))),
      outputs: thresholdCurve(judged.flatMap(outputCase)),
      columns: filed.columns,
    },
  }
}

/** What the source does not have: the names the model was least sure of, and those it was surest of. */
function listUnsupported(cases: readonly PlacedCase[]) {
  const sorted = cases
    .filter(({ entity }) => !entity.supported)
    .toSorted((a, b) => b.entity.entropy - a.entity.entropy)
    .map(({ row, entity: { token, text, type, entropy } }) => ({ row, token, text, type, entropy }))
  return { doubtful: sorted.slice(0, listed), sure: sorted.toReversed().slice(0, listed) }
}

/** Entropy of either sort of name as two samples. */
function compareSamples(cases: readonly EntityCase[]) {
  const entropies = (isSupported: boolean): readonly number[] =>
    cases.filter(({ entity }) => entity.supported === isSupported).map(({ entity }) => entity.entropy)
  return {
    supported: describeSample(entropies(true)),
    unsupported: describeSample(entropies(false)),
    ranking: rankEntities(cases),
  }
}

/** A whole output is flagged by its most doubtful name; one without names cannot be. */
const outputCase = ({ entities }: JudgedRow) =>
  entities.length === 0
    ? []
    : [{ score: mostDoubt(entities), isPositive: entities.some(({ supported }) => !supported) }]

const mostDoubt = (entities: readonly JudgedEntity[]): number => Math.max(...entities.map(({ entropy }) => entropy))

function columnsOf(judged: readonly JudgedRow[]): readonly FilledColumn[] {
  const each = (of: (entities: readonly JudgedEntity[]) => number): readonly number[] =>
    judged.map(({ entities }) => of(entities))
  const unsupported = (entities: readonly JudgedEntity[]): number =>
    entities.filter(({ supported }) => !supported).length
  return [
    {
      name: 'names',
      title: 'Names',
      unit: '',
      definition: 'How many names the output holds: people, places, organisations, roles, dates and numbers.',
      values: each(({ length }) => length),
    },
    {
      name: 'unsupportedNames',
      title: 'Unsupported names',
      unit: '',
      definition: 'How many names of the output its source does not have in any spelling.',
      values: each(unsupported),
    },
    {
      name: 'nameEntropy',
      title: 'Highest name entropy',
      unit: 'nats',
      definition: 'The largest entropy at the first token of a name of the output: how unsure the model was there.',
      values: each((entities) => (entities.length === 0 ? NaN : mostDoubt(entities))),
    },
  ]
}

/** One entry per name, in the order of rows and texts. */
function tensorsOf(cases: readonly PlacedCase[], types: readonly string[]): Readonly<Record<string, StudyTensor>> {
  const entities = cases.map(({ entity }) => entity)
  return {
    'names.row': integers(cases.map(({ row }) => row)),
    'names.type': integers(entities.map(({ type }) => types.indexOf(type))),
    'names.token': integers(entities.map(({ token }) => token)),
    'names.start': integers(entities.map(({ start }) => start)),
    'names.end': integers(entities.map(({ end }) => end)),
    'names.entropy': floats(entities.map(({ entropy }) => entropy)),
    'names.log-prob': floats(entities.map(({ logProb }) => logProb)),
    'names.supported': {
      dtype: 'U8',
      shape: [cases.length],
      data: Uint8Array.from(entities, ({ supported }) => Number(supported)),
    },
  }
}
