/** The columns of the list: fixed ones, and up to three of the corpus' own. */
import type { AttributeValue, FieldReply, InstanceRow } from '#server/wire/instances.ts'
import { count, plain } from '#web/marks/numbers.ts'
import { fieldLabel } from '#web/state/fields.ts'

export interface Column {
  /** What the list is sorted by; null for a column that has no order. */
  readonly sort: string | null
  readonly label: string
  readonly unit: string
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
    .filter(({ name }) => !name.startsWith('output.') && name !== 'source.tokens')
    .slice(0, mostAttributes)
  return [...fixed, ...own.map(attributeColumn), ...numbers]
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
