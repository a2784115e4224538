import { createRoot } from 'solid-js'
import { expect, test } from 'vitest'
import type { FieldReply } from '#server/wire/instances.ts'
import type { Api } from '#web/api/request.ts'
import { createInstanceList, withPage } from '#web/state/instance-list.ts'
import { createInstances } from '#web/state/instances.ts'
import { attributeText, columnsOf } from '#web/views/list/columns.ts'
import { fieldTitle } from '#web/state/fields.ts'
import { describeFilter } from '#web/state/filters.ts'
import { nextRow } from '#web/views/list/row-moves.ts'
import { shownText } from '#web/views/workspace/status-text.ts'
import { factsOf } from '#web/views/instance/facts.ts'
import { makeClock } from './support/clock.ts'
import { makeInstance, makeRow } from './support/instances.ts'

/** A corpus of 250 rows behind the API, which counts what it was asked. */
function makeList(size = 250) {
  const asked: URLSearchParams[] = []
  const server = { size, failing: false }
  const api: Api = {
    async ask(schema, path) {
      if (server.failing) throw new Error('no')
      const query = new URLSearchParams(path.split('?')[1])
      asked.push(query)
      const offset = Number(query.get('offset'))
      const limit = Math.min(Number(query.get('limit')), Math.max(0, server.size - offset))
      const rows = Array.from({ length: limit }, (_, index) => makeRow(offset + index))
      return schema.parse({ rows, total: server.size, all: size })
    },
    tell: async () => undefined,
    bytes: async () => new Uint8Array(),
  }
  const clock = makeClock()
  const list = createRoot(() => createInstanceList(api, 'lab', clock))
  return { list, asked, clock, server }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

test('[WI1] pages are fetched as they come on screen, each once', async () => {
  const { list, asked } = makeList()
  list.need(0, 20)
  list.need(0, 60)
  await settled()
  list.need(90, 120)
  await settled()
  expect(asked.map((query) => query.get('offset'))).toEqual(['0', '100'])
  expect([list.total(), list.rows().size, list.rows().get(120)?.id]).toEqual([250, 200, 'a-120'])
})

test('[WI2] typing asks once it pauses, and shows nothing of the old list among the new', async () => {
  const { list, asked, clock, server } = makeList()
  list.need(0, 20)
  await settled()
  server.size = 3
  for (const text of ['c', 'ch', 'che']) list.setSearch(text)
  clock.pass(250)
  await settled()
  expect(asked.map((query) => query.get('search')).filter(Boolean)).toEqual(['c', 'che'])
  expect([list.total(), [...list.rows().keys()]]).toEqual([3, [0, 1, 2]])
})

test('[WI3] the order and the filters are the server’s work', async () => {
  const { list, asked } = makeList()
  list.setOrder({ sort: 'output.maxEntropy', descending: true })
  list.setFilters([{ kind: 'text', query: 'x' }])
  list.setFilters([{ kind: 'text', query: 'x' }])
  await settled()
  expect(asked.length).toBe(2)
  expect(asked[1]?.get('sort')).toBe('output.maxEntropy')
  expect(asked[1]?.get('filters')).toBe('[{"kind":"text","query":"x"}]')
})

test('[WI4] a refresh keeps the rows on screen until the new ones are here', async () => {
  const { list, clock, asked } = makeList()
  list.need(120, 140)
  await settled()
  list.refresh()
  clock.pass(2_000)
  expect(list.rows().has(130)).toBe(true)
  await settled()
  expect(asked.at(-1)?.get('offset')).toBe('100')
})

test('[WI5] a page that could not be read says so and is tried again when it is needed', async () => {
  const { list, server } = makeList()
  server.failing = true
  list.need(0, 10)
  await settled()
  expect(list.error()).toContain('no')
  server.failing = false
  list.need(0, 10)
  await settled()
  expect([list.error(), list.total()]).toEqual([null, 250])
})

test('[WI6] the neighbour of a row is found also where its page is not loaded, and there is none at the ends', async () => {
  const { list } = makeList()
  list.need(0, 20)
  await settled()
  expect((await list.neighbour('a-99', 1))?.id).toBe('a-100')
  expect(await list.neighbour('a-0', -1)).toBeNull()
})

test('[WI29] the neighbour of a row is found before any rows are here', async () => {
  const { list } = makeList()
  expect((await list.neighbour('a-3', 1))?.id).toBe('a-4')
})

test('[WI7] rows beyond a list that became shorter are dropped', () => {
  const before = new Map([0, 1, 99, 100, 180].map((index) => [index, makeRow(index)]))
  expect([...withPage(before, 0, [makeRow(0)], 150).keys()]).toEqual([0, 100])
})

test('[WI8] keys move within the list, by row, page and to its ends', () => {
  expect(
    ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End', 'x'].map((key) => nextRow(key, 5, 100, 20)),
  ).toEqual([6, 4, 25, 0, 0, 99, null])
  expect(nextRow('ArrowDown', 99, 100, 20)).toBe(99)
  expect(nextRow('ArrowDown', 0, 0, 20)).toBeNull()
})

const category = (name: string): FieldReply => ({ type: 'category', name, values: [], others: 0 })

test('[WI9] three columns of the corpus stand between the texts and the numbers', () => {
  const fields = ['topic', 'extrinsic', 'withheld', 'more', 'output.maxEntropy'].map(category)
  const columns = columnsOf(fields)
  expect(columns.map(({ label }) => label)).toEqual([
    'id',
    'source',
    'output',
    'topic',
    'extrinsic',
    'withheld',
    'tokens',
    'log-prob',
    'max entropy',
  ])
  const row = { ...makeRow(1), output: { text: 'x', tokens: 1234, logProb: -2.456, meanEntropy: 0.1, maxEntropy: 1.5 } }
  expect(columns.map((column) => column.read(row))).toEqual([
    'a-1',
    'source 1',
    'x',
    'award',
    '',
    '',
    '1,234',
    '\u22122.46',
    '1.50',
  ])
  expect(columns.map((column) => column.read(makeRow(1))).slice(-3)).toEqual(['', '', ''])
})

test('[WI28] what studies have found stands behind the numbers of outputs, under its title, and is sorted by', () => {
  const field: FieldReply = {
    type: 'number',
    name: 'study.evaluation.bleu',
    study: { title: 'BLEU', definition: 'Likeness to the reference, 0 to 100.' },
    unit: '',
    min: 0,
    max: 100,
    histogram: [],
  }
  const column = columnsOf([category('topic'), field]).at(-1)
  expect([column?.label, column?.sort, column?.title]).toEqual(['BLEU', field.name, field.study?.definition])
  expect(column?.read({ ...makeRow(1), studied: { [field.name]: 31.256 } })).toBe('31.26')
  expect(column?.read(makeRow(1))).toBe('')
  expect(
    describeFilter({ kind: 'range', field: field.name, min: 30, max: null }, (name) => fieldTitle(name, [field])),
  ).toBe('BLEU from 30')
})

test('[WI10] values of the corpus are words', () => {
  expect([true, false, null, undefined, 3, ['a', 'b'], 'x'].map(attributeText)).toEqual([
    'yes',
    'no',
    '',
    '',
    '3',
    'a, b',
    'x',
  ])
  expect(columnsOf([category('constructor')])[3]?.read(makeRow(1))).toBe('')
})

test('[WI11] what is left out is said', () => {
  expect([shownText(195, 1000), shownText(1000, 1000), shownText(null, 3)]).toEqual([
    '195 of 1,000 shown',
    'all 1,000 shown',
    '',
  ])
})

test('[WI12] the line beside an instance names its columns in the corpus’ order, and its sizes', () => {
  expect(factsOf(makeInstance(), ['other', 'topic'])).toBe('topic award · 4 source tokens · 4 output tokens · greedy')
})

function makeReader(failing = false) {
  const asked: string[] = []
  const server = { failing, written: false }
  const api: Api = {
    async ask(schema, path, call = {}) {
      asked.push(`${call.method ?? 'GET'} ${path.split('/').slice(-2).join('/')}`)
      if (server.failing) throw new Error('gone')
      if (call.method === 'POST') return schema.parse({ run: null, how: 'computed' })
      const instance = makeInstance(path.split('/').at(-1))
      return schema.parse(server.written ? instance : { ...instance, output: null })
    },
    tell: async () => undefined,
    bytes: async () => new Uint8Array(),
  }
  return { instances: createRoot(() => createInstances(api, 'lab')), asked, server }
}

test('[WI13] an instance seen before is there at once; one without an output is read again', async () => {
  const { instances, asked, server } = makeReader()
  server.written = true
  instances.open('a-1')
  expect(instances.current()).toEqual({ kind: 'loading', id: 'a-1' })
  await settled()
  instances.open('a-2')
  await settled()
  instances.open('a-1')
  expect(instances.current().kind).toBe('ready')
  expect(asked).toEqual(['GET instances/a-1', 'GET instances/a-2'])
})

test('[WI14] of two instances opened quickly only the last is shown', async () => {
  const { instances } = makeReader()
  instances.open('a-1')
  instances.open('a-2')
  await settled()
  const shown = instances.current()
  expect(shown.kind === 'ready' && shown.instance.id).toBe('a-2')
})

test('[WI15] an output that is written meanwhile appears by itself', async () => {
  const { instances, server } = makeReader()
  instances.open('a-1')
  await settled()
  server.written = true
  instances.durable({ type: 'outputs-changed', instances: ['a-9', 'a-1'] })
  await settled()
  const shown = instances.current()
  expect(shown.kind === 'ready' && shown.instance.output !== null).toBe(true)
})

test('[WI16] an instance that cannot be read says so', async () => {
  const { instances } = makeReader(true)
  instances.open('a-1')
  await settled()
  expect(instances.current()).toMatchObject({ kind: 'failed', id: 'a-1' })
})
