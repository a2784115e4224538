import { and, eq, sql, type SQL } from 'drizzle-orm'
import type { Column } from '../corpus/columns.ts'
import type { FieldReply } from '../wire/instances.ts'
import type { Connection } from './database.ts'
import { NO_VALUE, numberOf, outputNumbers } from './instance-query.ts'
import { instance, output } from './schema.ts'

/** Bins of a histogram. */
export const BINS = 24
const COMMONEST = 50

/** The columns of a corpus, and the numbers of its outputs, as things to filter by: values with counts, or a histogram. */
export async function listFields(db: Connection, workspace: string, columns: readonly Column[]): Promise<FieldReply[]> {
  const fields: (FieldReply | null)[] = []
  for (const { name, type } of columns) {
    if (type === 'category' || type === 'list') fields.push(await countValues(db, workspace, name))
    if (type === 'number') fields.push(await countBins(db, workspace, name, '', numberOf(name, columns)))
  }
  for (const [name, { unit }] of Object.entries(outputNumbers)) {
    fields.push(await countBins(db, workspace, name, unit, numberOf(name, columns)))
  }
  return fields.filter((field) => field !== null)
}

async function countValues(db: Connection, workspace: string, name: string): Promise<FieldReply> {
  const value = sql`${instance.attributes} -> ${name}::text`
  const { rows } = await db.orm.execute<{ value: string; count: number; all: number }>(sql`
    select entry as value, count(*)::int as count, (sum(count(*)) over ())::int as all
    from ${instance}, lateral (
      select jsonb_array_elements_text(${value}) as entry where jsonb_typeof(${value}) = 'array'
      union all
      select coalesce(${instance.attributes} ->> ${name}::text, ${NO_VALUE}) where jsonb_typeof(${value}) is distinct from 'array'
    ) entries
    where ${instance.workspace} = ${workspace} and ${instance.origin} is null
    group by entry order by count(*) desc, entry limit ${COMMONEST}`)
  const shown = rows.reduce((sum, { count }) => sum + count, 0)
  return {
    type: 'category',
    name,
    values: rows.map((row) => ({ value: row.value, count: row.count })),
    others: (rows[0]?.all ?? 0) - shown,
  }
}

/** null where there is no number at all: outputs that are not written yet. */
async function countBins(
  db: Connection,
  workspace: string,
  name: string,
  unit: string,
  value: SQL,
): Promise<FieldReply | null> {
  const from = sql`from ${instance} left join ${output}
    on ${and(eq(output.workspace, instance.workspace), eq(output.instance, instance.id))}
    where ${instance.workspace} = ${workspace} and ${instance.origin} is null and ${value} is not null`
  const { rows } = await db.orm.execute<{ min: number; max: number; bin: number; count: number }>(sql`
    with numbers as (select (${value})::float8 as number ${from}),
      ends as (select min(number) as low, max(number) as high from numbers)
    select low as min, high as max, count(*)::int as count,
      case when low = high then 1 else least(width_bucket(number, low, high, ${BINS}::int), ${BINS}::int) end as bin
    from numbers, ends group by low, high, bin`)
  const [first] = rows
  if (first === undefined) return null
  const histogram = Array.from({ length: BINS }, () => 0)
  for (const { bin, count } of rows) histogram[bin - 1] = count
  return { type: 'number', name, study: null, unit, min: first.min, max: first.max, histogram }
}
