import { type SQL, and, eq, ilike, isNotNull, isNull, or, sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Filter } from '#collab/wire/document.ts'
import { decodePoints } from '#collab/wire/point-set.ts'
import type { Column } from '../corpus/columns.ts'
import { Refusal } from '../errors.ts'
import { storable } from '../text.ts'
import type { Origin } from '../wire/derived.ts'
import type { InstanceRow, InstancesReply, instancesQuery } from '../wire/instances.ts'
import type { Connection } from './database.ts'
import { type StoredOrigin, toOrigin } from './derived.ts'
import { instance, output, person } from './schema.ts'

/** Stands for the missing value of a category, in counts and in filters. */
export const NO_VALUE = '(none)'

/** Numbers of an output that can be filtered and sorted by, with their units. */
export const outputNumbers = {
  'output.tokens': { column: output.tokens, unit: 'tokens' },
  'output.logProb': { column: output.logProb, unit: 'nats' },
  'output.meanEntropy': { column: output.meanEntropy, unit: 'nats' },
  'output.maxEntropy': { column: output.maxEntropy, unit: 'nats' },
} as const

const isOutputNumber = (name: string): name is keyof typeof outputNumbers => Object.hasOwn(outputNumbers, name)

const ofInstance = and(eq(output.workspace, instance.workspace), eq(output.instance, instance.id))

/** Numbers of instances that are no column of the database. */
export interface NumbersByOrdinal {
  readonly field: string
  readonly ordinals: Int32Array
  /** NaN: no value. */
  readonly values: Float32Array
}

/** One page of the instances of a workspace, searched, filtered and sorted in the database; `numbers` can be sorted by as well. */
export async function listInstances(
  db: Connection,
  workspace: string,
  columns: readonly Column[],
  query: z.output<typeof instancesQuery>,
  numbers: readonly NumbersByOrdinal[] = [],
): Promise<InstancesReply> {
  const conditions = conditionsOf(workspace, columns, query)
  const rows = await db.orm
    .select({
      ...listed,
      total: sql<number>`(count(*) over ())::int`,
    })
    .from(instance)
    .leftJoin(output, ofInstance)
    .leftJoin(person, sql`${person.id} = ${instance.origin} ->> 'by'`)
    .where(and(...conditions))
    .orderBy(...toOrder(query.sort ?? 'ordinal', query.descending ?? false, columns, numbers))
    .offset(query.offset)
    .limit(query.limit)
  const all = await db.orm.$count(instance, among(workspace, query.own))
  // A page behind the end has no row to carry the total.
  const total = rows[0]?.total ?? (query.offset === 0 ? 0 : await countMatching(db, conditions))
  return { rows: rows.map(toRow), total, all }
}

/** The ordinals of all rows of the corpus that match, rising. */
export async function listMatching(
  db: Connection,
  workspace: string,
  columns: readonly Column[],
  query: { readonly search: string | undefined; readonly filters: readonly Filter[] },
): Promise<number[]> {
  const [row] = await db.orm
    .select({ ordinals: sql<number[] | null>`json_agg(${instance.ordinal} order by ${instance.ordinal})` })
    .from(instance)
    .leftJoin(output, ofInstance)
    .where(and(...conditionsOf(workspace, columns, query)))
  return row?.ordinals ?? []
}

/** The rows of the corpus, or the texts of people's own. */
const among = (workspace: string, own: boolean): SQL | undefined =>
  and(eq(instance.workspace, workspace), own ? isNotNull(instance.origin) : isNull(instance.origin))

const listed = {
  id: instance.id,
  ordinal: instance.ordinal,
  source: sql<string>`left(${instance.source}, 240)`,
  reference: instance.reference,
  attributes: instance.attributes,
  text: output.text,
  tokens: output.tokens,
  logProb: output.logProb,
  meanEntropy: output.meanEntropy,
  maxEntropy: output.maxEntropy,
  origin: instance.origin,
  by: person.name,
}

const conditionsOf = (
  workspace: string,
  columns: readonly Column[],
  {
    own = false,
    search,
    filters,
  }: {
    readonly own?: boolean
    readonly search?: string | undefined
    readonly filters?: readonly Filter[] | undefined
  },
): readonly (SQL | undefined)[] => [
  among(workspace, own),
  ...(search ? [matches(search)] : []),
  // Filters are about the columns of the corpus, which texts of people's own do not have.
  ...(own ? [] : (filters ?? [])).map((filter) => toCondition(filter, columns)),
]

async function countMatching(db: Connection, conditions: readonly (SQL | undefined)[]): Promise<number> {
  const [row] = await db.orm
    .select({ total: sql<number>`count(*)::int` })
    .from(instance)
    .leftJoin(output, ofInstance)
    .where(and(...conditions))
  return row?.total ?? 0
}

interface ListedRow extends Omit<InstanceRow, 'attributes' | 'output' | 'studied' | 'origin'> {
  readonly attributes: unknown
  readonly origin: unknown
  readonly by: string | null
  readonly text: string | null
  readonly tokens: number | null
  readonly logProb: number | null
  readonly meanEntropy: number | null
  readonly maxEntropy: number | null
}

function toRow({ text, tokens, logProb, meanEntropy, maxEntropy, origin, by, ...row }: ListedRow): InstanceRow {
  return {
    id: row.id,
    ordinal: row.ordinal,
    source: row.source,
    reference: row.reference,
    // Written by the import alone, which makes nothing else.
    attributes: row.attributes as InstanceRow['attributes'],
    output:
      text === null || tokens === null
        ? null
        : { text, tokens, logProb: logProb ?? 0, meanEntropy: meanEntropy ?? 0, maxEntropy: maxEntropy ?? 0 },
    studied: {},
    // Written by insertDerived alone.
    origin: origin === null ? null : abridged(toOrigin(origin as StoredOrigin, by)),
  }
}

/** A given text as a list shows it. */
function abridged(origin: Origin): Origin {
  const { target } = origin
  return target.kind === 'force' ? { ...origin, target: { ...target, text: target.text.slice(0, 240) } } : origin
}

/** Whether a text stands in the id, the source, the reference or the output, whatever the case of its letters. */
function matches(text: string): SQL | undefined {
  const pattern = `%${storable(text).replaceAll(/[\\%_]/g, '\\$&')}%`
  return or(
    ilike(instance.id, pattern),
    ilike(instance.source, pattern),
    ilike(instance.reference, pattern),
    ilike(output.text, pattern),
  )
}

function toCondition(filter: Filter, columns: readonly Column[]): SQL | undefined {
  switch (filter.kind) {
    case 'text':
      return matches(filter.query)
    case 'slice':
      return sql`${instance.ordinal} = any(${`{${decodePoints(filter.points).join(',')}}`}::int[])`
    case 'range':
      return inRange(numberOf(filter.field, columns), filter.min, filter.max)
    case 'is': {
      const condition = isAmong(findColumn(filter.field, columns).name, filter.values)
      return filter.not ? sql`not ${condition}` : condition
    }
  }
}

function inRange(value: SQL, min: number | null, max: number | null): SQL {
  const low = min === null ? sql`true` : sql`${value} >= ${min}::float8`
  const high = max === null ? sql`true` : sql`${value} <= ${max}::float8`
  return sql`(${value} is not null and ${low} and ${high})`
}

/** Whether a value is one of `values`, or for a list whether one of its entries is. */
function isAmong(name: string, values: readonly string[]): SQL {
  const value = sql`${instance.attributes} -> ${name}::text`
  const given = sql`array[${sql.join(
    values.map((one) => sql`${storable(one)}::text`),
    sql`, `,
  )}]`
  return sql`(case jsonb_typeof(${value})
    when 'array' then exists (select 1 from jsonb_array_elements_text(${value}) entry where entry = any(${given}))
    else coalesce(${instance.attributes} ->> ${name}::text, ${NO_VALUE}) = any(${given}) end)`
}

/** A number of the output, or of a column that holds numbers. */
export function numberOf(field: string, columns: readonly Column[]): SQL {
  if (isOutputNumber(field)) return sql`${outputNumbers[field].column}`
  const { name, type } = findColumn(field, columns)
  if (type !== 'number') {
    throw new Refusal('bad-request', `"${field}" holds no numbers; filter it by its values`, { field: 'filters' })
  }
  return sql`(${instance.attributes} ->> ${name}::text)::float8`
}

function findColumn(field: string, columns: readonly Column[]): Column {
  const found = columns.find(({ name, type }) => name === field && type !== 'data')
  if (found !== undefined) return found
  const known = columns.filter(({ type }) => type !== 'data').map(({ name }) => name)
  throw new Refusal(
    'bad-request',
    `there is no field "${field}"; known are ${[...known, ...Object.keys(outputNumbers)].join(', ')}`,
    {
      field: 'filters',
    },
  )
}

function toOrder(
  field: string,
  descending: boolean,
  columns: readonly Column[],
  numbers: readonly NumbersByOrdinal[],
): SQL[] {
  const studied = numbers.find((each) => each.field === field)
  const value = studied === undefined ? sortValue(field, columns) : lookUp(studied)
  return [descending ? sql`${value} desc nulls last` : sql`${value} asc nulls last`, sql`${instance.ordinal}`]
}

/** The number of a row, from a JSON object of those that have one: looked up by key, whatever the number of rows. */
function lookUp({ ordinals, values }: NumbersByOrdinal): SQL {
  const known: Record<string, number> = {}
  ordinals.forEach((ordinal, i) => {
    if (!Number.isNaN(values[i])) known[ordinal] = values[i]!
  })
  return sql`(${JSON.stringify(known)}::jsonb ->> ${instance.ordinal}::text)::float8`
}

function sortValue(field: string, columns: readonly Column[]): SQL {
  if (field === 'ordinal') return sql`${instance.ordinal}`
  if (field === 'id') return sql`${instance.id}`
  if (field === 'source') return sql`${instance.source}`
  if (field === 'reference') return sql`${instance.reference}`
  if (field === 'output') return sql`${output.text}`
  if (isOutputNumber(field)) return sql`${outputNumbers[field].column}`
  const { name, type } = findColumn(field, columns)
  if (type === 'number') return sql`(${instance.attributes} ->> ${name}::text)::float8`
  return sql`(${instance.attributes} ->> ${name}::text)`
}
