/** The columns of the list: fixed ones, and up to three of the corpus' own. */
import type { AttributeValue, FieldReply, InstanceRow } from '#server/wire/instances.ts'
import { count, plain } from '#web/marks/numbers.ts'
import { fieldLabel, fieldTitle } from '#web/state/fields.ts'

export interface Column {
  /** What the list is sorted by; null for a column that has no order. */
  readonly sort: string | null
  readonly label: string
  readonly unit: string
  /** What it is, where its name alone does not say. */
  readonly title?: string
  /** A measure is a number with a unit in its head. */
  readonly kind: 'id' | 'text' | 'attribute' | 'number' | 'measure'
  read(row: InstanceRow): string
}

const mostAttributes = 3

const fixed: readonly Column[] = [
  { sort: 'id', label: 'id', unit: '', kind: 'id', read: (row) => row.id },
  { sort: null, label: 'source', unit: '', kind: 'text', read: (row) => row.source },
  { sort: null, label: 'output', unit: '', kind: 'text', read: (row) => row.output?.text ?? '' },
]

const numbers: readonly Column[] = [
  numberColumn('output.tokens', 'tokens', '', ({ tokens }) => count(tokens)),
  numberColumn('output.logProb', 'log-prob', 'nats', ({ logProb }) => plain(logProb, 2)),
  numberColumn('output.maxEntropy', 'max entropy', 'nats', ({ maxEntropy }) => plain(maxEntropy, 2)),
]

function numberColumn(
  sort: string,
  label: string,
  unit: string,
  read: (output: NonNullable<InstanceRow['output']>) => string,
): Column {
  const kind = unit === '' ? 'number' : 'measure'
  return { sort, label, unit, kind, read: (row) => (row.output ? read(row.output) : '') }
}

export function columnsOf(fields: readonly FieldReply[]): readonly Column[] {
  const own = fields
    .filter(({ name }) => !/^(output|study)\./.test(name) && name !== 'source.tokens')
    .slice(0, mostAttributes)
  return [...fixed, ...own.map(attributeColumn), ...numbers, ...fields.flatMap(studyColumn)]
}

/** What a study has found, under the title that the study gives it. */
function studyColumn(field: FieldReply): readonly Column[] {
  if (field.type !== 'number' || field.study === null) return []
  const { name, unit } = field
  const label = fieldTitle(name, [field])
  const digits = unit === '' ? undefined : 2
  const read = ({ studied }: InstanceRow): string =>
    studied[name] === undefined ? '' : plain(studied[name], digits ?? (Number.isInteger(studied[name]) ? 0 : 2))
  return [{ sort: name, label, unit, title: field.study.definition, kind: 'measure', read }]
}

function attributeColumn({ name, type }: FieldReply): Column {
  const read = (row: InstanceRow): string =>
    attributeText(Object.hasOwn(row.attributes, name) ? row.attributes[name] : null)
  return { sort: name, label: fieldLabel(name), unit: '', kind: type === 'number' ? 'number' : 'attribute', read }
}

/** A value of the corpus in words; yes and no for booleans. */
export function attributeText(value: AttributeValue | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return Array.isArray(value) ? value.join(', ') : String(value)
}
