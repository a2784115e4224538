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
}

/** Numbers of some outputs, in any order; NaN where there is none. */
export interface OutputPage {
  readonly ids: readonly string[]
  readonly numbers: Readonly<Record<OutputNumber, Float64Array>>
}

/** Rows of one answer: reading it takes some milliseconds. */
const PAGE = 4_000

/**
 * The instances of a workspace in order, with the values of some columns. The database makes one value of each column of a page,
 * which is read many times faster than rows; ids have no line breaks.
 */
export async function* readPointPages(
  db: Connection,
  workspace: string,
  columns: readonly Pick<Column, 'name'>[],
): AsyncGenerator<PointPage> {
  const attributes = columns.map((_, place) => `, json_agg(attributes -> $${place + 4}) as c${place}`)
  const question = `select string_agg(int4send(ordinal), ''::bytea) as ordinals, string_agg(id, chr(10)) as ids${attributes.join('')}
    from (select ordinal, id, attributes from instance where workspace = $1 and origin is null and ordinal > $2 order by ordinal limit $3) page`
  for (let after = -1; ;) {
    const { rows } = await db.query(question, [workspace, after, PAGE, ...columns.map(({ name }) => name)])
    const [page] = rows as [Record<string, unknown>]
    if (page['ids'] === null) return
    const ordinals = integersOf(page['ordinals'] as Buffer)
    yield {
      ordinals,
      ids: (page['ids'] as string).split('\n'),
      attributes: columns.map((_, place) => page[`c${place}`] as AttributeValue[]),
    }
    if (ordinals.length < PAGE) return
    after = ordinals.at(-1)! // there are some
  }
}

/** The numbers of all outputs of a workspace. Read by themselves: a join would look at every output for every page. */
export async function* readOutputPages(db: Connection, workspace: string): AsyncGenerator<OutputPage> {
  const columns = Object.values(stored)
  const sent = columns.map((name) => `string_agg(float8send(coalesce(${name}::float8, 'NaN')), ''::bytea) as ${name}`)
  const question = `select string_agg(instance, chr(10)) as ids, ${sent.join(', ')}
    from (select instance, ${columns.join(', ')} from output where workspace = $1 and instance > $2 order by instance limit $3) page`
  for (let after = ''; ;) {
    const { rows } = await db.query(question, [workspace, after, PAGE])
    const [page] = rows as [Record<string, unknown>]
    if (page['ids'] === null) return
    const ids = (page['ids'] as string).split('\n')
    const numbersOf = (name: OutputNumber): Float64Array => floatsOf(page[stored[name]] as Buffer)
    yield {
      ids,
      numbers: {
        'output.tokens': numbersOf('output.tokens'),
        'output.logProb': numbersOf('output.logProb'),
        'output.meanEntropy': numbersOf('output.meanEntropy'),
        'output.maxEntropy': numbersOf('output.maxEntropy'),
      },
    }
    if (ids.length < PAGE) return
    after = ids.at(-1)! // there are some
  }
}

/** As `int4send` writes them. */
const integersOf = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readInt32BE(4 * at))

/** As `float8send` writes them. */
const floatsOf = (bytes: Buffer): Float64Array =>
  Float64Array.from({ length: bytes.length / 8 }, (_, at) => bytes.readDoubleBE(8 * at))
