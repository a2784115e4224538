import type { Column } from '../corpus/columns.ts'
import type { AttributeValue } from '../wire/instances.ts'
import type { Connection } from './database.ts'

/** Numbers of outputs that points have, and the columns they are stored in. */
const stored = {
  'output.tokens': 'tokens',
  'output.logProb': 'log_prob',
  'output.meanEntropy': 'mean_entropy',
  'output.maxEntropy': 'max_entropy',
} as const
export type OutputNumber = keyof typeof stored
export const outputNumberNames = Object.keys(stored) as OutputNumber[] // the keys of a literal

/** Some points in order, column by column. */
export interface PointPage {
  readonly ordinals: readonly number[]
  readonly ids: readonly string[]
  readonly attributes: readonly (readonly AttributeValue[])[]
  readonly outputs: Readonly<Record<OutputNumber, readonly (number | null)[]>>
}

/** Points of one answer: parsing it takes some milliseconds. */
const PAGE = 4_000

/**
 * The rows of a workspace's corpus in order, with the values of some columns. The database makes one array of each column, which is read
 * many times faster than rows.
 */
export async function* readPointPages(
  db: Connection,
  workspace: string,
  columns: readonly Pick<Column, 'name'>[],
): AsyncGenerator<PointPage> {
  const attributes = columns.map((_, place) => `json_agg(attributes -> $${place + 4}) as c${place}`)
  const outputs = Object.values(stored).map((name) => `json_agg(${name}) as ${name}`)
  const question = `select json_agg(ordinal) as ordinals, json_agg(id) as ids, ${[...attributes, ...outputs].join(', ')} from (
      select instance.ordinal, instance.id, instance.attributes, ${Object.values(stored).join(', ')} from instance
      left join output on output.workspace = instance.workspace and output.instance = instance.id
      where instance.workspace = $1 and instance.origin is null and instance.ordinal > $2 order by instance.ordinal limit $3
    ) page`
  const numbersOf = (page: Record<string, unknown[] | null>, name: OutputNumber): readonly (number | null)[] =>
    page[stored[name]] as (number | null)[]
  for (let after = -1; ;) {
    const { rows } = await db.query(question, [workspace, after, PAGE, ...columns.map(({ name }) => name)])
    const [page] = rows as [Record<string, unknown[] | null>]
    const ordinals = (page['ordinals'] ?? []) as number[]
    if (ordinals.length === 0) return
    yield {
      ordinals,
      ids: page['ids'] as string[],
      attributes: columns.map((_, place) => page[`c${place}`] as AttributeValue[]),
      outputs: {
        'output.tokens': numbersOf(page, 'output.tokens'),
        'output.logProb': numbersOf(page, 'output.logProb'),
        'output.meanEntropy': numbersOf(page, 'output.meanEntropy'),
        'output.maxEntropy': numbersOf(page, 'output.maxEntropy'),
      },
    }
    if (ordinals.length < PAGE) return
    after = ordinals.at(-1)! // there are some
  }
}
