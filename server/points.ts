import type { Column } from './corpus/columns.ts'
import { type OutputNumber, outputNumberNames, readOutputPages, readPointPages } from './db/points.ts'
import type { Connection } from './db/database.ts'
import type { ComputedColumn } from './study-columns.ts'
import type { AttributeValue } from './wire/instances.ts'
import type { PointColumn } from './wire/points.ts'

/** The points of a workspace in memory, before they are sent. */
export interface PointTable {
  readonly ordinals: readonly number[]
  readonly ids: readonly string[]
  readonly columns: readonly PointColumn[]
}

/** More combinations of a list's values than these are counted instead of named. */
const MOST_COMBINATIONS = 200

/** Reads everything that points are coloured and filtered by. */
export async function readPointTable(
  db: Connection,
  workspace: string,
  columns: readonly Column[],
  computed: readonly ComputedColumn[],
): Promise<PointTable> {
  const shown = columns.filter(({ type }) => type === 'category' || type === 'list' || type === 'number')
  const ordinals: number[] = []
  const ids: string[] = []
  const makers = shown.map(makerOf)
  for await (const page of readPointPages(db, workspace, shown)) {
    for (const ordinal of page.ordinals) ordinals.push(ordinal)
    for (const id of page.ids) ids.push(id)
    makers.forEach((maker, place) => maker.take(page.attributes[place]!))
  }
  const places = new Map(ordinals.map((ordinal, place) => [ordinal, place]))
  const outputs = await readOutputs(db, workspace, ids)
  return {
    ordinals,
    ids,
    columns: [
      ...makers.map((maker) => maker.finish()),
      ...outputNumberNames.map((name) => toOutputColumn(name, outputs[name])),
      ...computed.map((column) => toColumn(column, places)),
    ],
  }
}

interface Maker<Values> {
  take(values: Values): void
  finish(): PointColumn
}

function makerOf({ name, type }: Column): Maker<readonly AttributeValue[]> {
  const common = {
    name,
    title: name,
    unit: '',
    definition: `Column “${name}” of the corpus.`,
    origin: 'corpus' as const,
  }
  if (type === 'number') return makeNumbers(common)
  return type === 'list' ? makeLists(common) : makeCategories(common)
}

type Common = Pick<PointColumn, 'name' | 'title' | 'unit' | 'definition' | 'origin'>

function makeNumbers(common: Common): Maker<readonly AttributeValue[]> {
  const numbers: (number | null)[] = []
  return {
    take(values) {
      for (const value of values) numbers.push(typeof value === 'number' ? value : null)
    },
    finish: () => ({ ...common, type: 'number', filterable: true, values: numbers }),
  }
}

function makeCategories(common: Common): Maker<readonly AttributeValue[]> {
  const dictionary = makeDictionary()
  return {
    take(values) {
      for (const value of values) dictionary.add(value === null ? null : String(value))
    },
    finish: () => ({ ...common, type: 'category', filterable: true, ...dictionary.finish() }),
  }
}

/** Lists are named by their values together; where there are too many kinds of them, only their lengths are left. */
function makeLists(common: Common): Maker<readonly AttributeValue[]> {
  const dictionary = makeDictionary()
  const lengths: (number | null)[] = []
  return {
    take(values) {
      for (const value of values) {
        lengths.push(Array.isArray(value) ? value.length : null)
        dictionary.add(Array.isArray(value) ? value.join(', ') : null)
      }
    },
    finish: () =>
      dictionary.size > MOST_COMBINATIONS
        ? {
            ...common,
            title: `${common.title}, count`,
            definition: `How many values column “${common.name}” of the corpus has.`,
            type: 'number',
            filterable: false,
            values: lengths,
          }
        : {
            ...common,
            definition: `All values of column “${common.name}” of the corpus, together.`,
            type: 'category',
            filterable: false,
            ...dictionary.finish(),
          },
  }
}

/** Codes of texts, and at the end their levels by how common they are. */
function makeDictionary() {
  const seen = new Map<string, number>()
  const counts: number[] = []
  const codes: number[] = []
  return {
    get size() {
      return seen.size
    },
    add(text: string | null) {
      if (text === null) return void codes.push(-1)
      let code = seen.get(text)
      if (code === undefined) {
        code = seen.size
        seen.set(text, code)
        counts.push(0)
      }
      counts[code]!++
      codes.push(code)
    },
    finish() {
      const names = [...seen.keys()]
      const order = names
        .map((_, code) => code)
        .sort((a, b) => counts[b]! - counts[a]! || (names[a]! < names[b]! ? -1 : 1))
      const rank = new Int32Array(names.length)
      order.forEach((code, place) => (rank[code] = place))
      return { levels: order.map((code) => names[code]!), codes: codes.map((code) => (code < 0 ? -1 : rank[code]!)) }
    },
  }
}

const described: Readonly<Record<OutputNumber, Pick<PointColumn, 'title' | 'unit' | 'definition'>>> = {
  'output.tokens': {
    title: 'output length',
    unit: 'tokens',
    definition: 'Tokens the model wrote, the end token included.',
  },
  'output.logProb': {
    title: 'log-prob',
    unit: 'nats',
    definition: 'Log-probability of the whole output: the sum of what the model gave to each of its tokens.',
  },
  'output.meanEntropy': {
    title: 'mean entropy',
    unit: 'nats',
    definition: 'How undecided the model was: the entropy of its choice, averaged over the tokens of the output.',
  },
  'output.maxEntropy': {
    title: 'max entropy',
    unit: 'nats',
    definition:
      'How undecided the model was where it was most undecided: the largest entropy of a choice in the output.',
  },
}

type OutputNumbers = Readonly<Record<OutputNumber, (number | null)[]>>

/** The numbers of the outputs of these instances, in their order. */
async function readOutputs(db: Connection, workspace: string, instances: readonly string[]): Promise<OutputNumbers> {
  const places = new Map(instances.map((id, place) => [id, place]))
  const empty = (): (number | null)[] => instances.map(() => null)
  const found: OutputNumbers = {
    'output.tokens': empty(),
    'output.logProb': empty(),
    'output.meanEntropy': empty(),
    'output.maxEntropy': empty(),
  }
  for await (const { ids, numbers } of readOutputPages(db, workspace)) {
    for (const [row, id] of ids.entries()) {
      const place = places.get(id)
      if (place === undefined) continue
      for (const name of outputNumberNames) {
        const number = numbers[name][row]!
        if (!Number.isNaN(number)) found[name][place] = number
      }
    }
  }
  return found
}

const toOutputColumn = (name: OutputNumber, values: (number | null)[]): PointColumn => ({
  name,
  ...described[name],
  origin: 'output',
  type: 'number',
  filterable: true,
  values,
})

function toColumn(
  { field, title, unit, definition, ordinals, values }: ComputedColumn,
  places: ReadonlyMap<number, number>,
): PointColumn {
  const numbers = Array.from({ length: places.size }, (): number | null => null)
  ordinals.forEach((ordinal, at) => {
    const place = places.get(ordinal)
    if (place !== undefined && !Number.isNaN(values[at])) numbers[place] = values[at]!
  })
  return { name: field, title, unit, definition, origin: 'study', type: 'number', filterable: true, values: numbers }
}

/** Values of a column turned into text in one go: some 3 ms of work. */
const SLICE = 10_000

/** The reply `pointsReply` piece by piece, so that a large one does not hold up everybody else. */
export async function* encodePointTable({ ordinals, ids, columns }: PointTable): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  const pieces = function* (): Generator<string> {
    yield '{"ordinals":'
    yield* encodeList(ordinals)
    yield ',"ids":'
    yield* encodeList(ids)
    yield ',"columns":['
    for (const [place, column] of columns.entries()) {
      const { list, rest } =
        column.type === 'number'
          ? { list: { name: 'values', values: column.values }, rest: { ...column, values: undefined } }
          : { list: { name: 'codes', values: column.codes }, rest: { ...column, codes: undefined } }
      yield `${place === 0 ? '' : ','}${JSON.stringify(rest).slice(0, -1)},"${list.name}":`
      yield* encodeList(list.values)
      yield '}'
    }
    yield ']}'
  }
  for (const piece of pieces()) {
    yield encoder.encode(piece)
    if (piece.length > SLICE) await new Promise((resolve) => setImmediate(resolve))
  }
}

function* encodeList(values: readonly unknown[]): Generator<string> {
  yield '['
  for (let at = 0; at < values.length; at += SLICE) {
    yield `${at === 0 ? '' : ','}${JSON.stringify(values.slice(at, at + SLICE)).slice(1, -1)}`
  }
  yield ']'
}
