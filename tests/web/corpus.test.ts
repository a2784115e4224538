import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { corpusError, guessFields, readCorpus } from '#web/views/landing/corpus.ts'

const rows = (...lines: unknown[]): string => lines.map((line) => JSON.stringify(line)).join('\n')
const errorOf = (text: string): string | null => {
  const reading = readCorpus(text)
  return corpusError(reading, guessFields(reading.columns))
}

test.each([
  ['newsroom', 1000, { id: 'id', source: 'source', reference: 'reference' }],
  ['phrasebook', 1000, { id: 'id', source: 'source', reference: 'target' }],
  ['quiz', 1200, { id: 'id', source: 'prompt', reference: 'answer' }],
])('[WC1] the example corpus %s is understood without being told anything', (name, count, fields) => {
  const reading = readCorpus(readFileSync(new URL(`../../examples/data/${name}.test.jsonl`, import.meta.url), 'utf8'))
  expect(reading.rows).toBe(count)
  expect(guessFields(reading.columns)).toEqual(fields)
  expect(corpusError(reading, guessFields(reading.columns))).toBeNull()
})

test('[WC2] columns say what they hold, in how many rows', () => {
  const { columns } = readCorpus(
    rows({ source: 'a', n: 1, ok: true, tags: ['x'], deep: { a: 1 } }, { source: 'b', n: 'two', ok: null }),
  )
  expect(columns.map(({ name, filled, kind }) => [name, filled, kind])).toEqual([
    ['source', 2, 'text'],
    ['n', 2, 'mixed'],
    ['ok', 1, 'yes/no'],
    ['tags', 1, 'list'],
    ['deep', 1, 'structure'],
  ])
})

test('[WC3] a broken line is named with its number and what is wrong with it', () => {
  expect(errorOf(`${rows({ source: 'a' })}\n\n{"source": 'b'}`)).toBe(
    'Line 3 is not JSON: check quotes and commas, one object a line.',
  )
  expect(errorOf('["a"]\n3\nnull')).toBe('Line 1 is not a JSON object: each line is one {…} (3 lines in all).')
})

test('[WC4] rows without the text that the model reads are counted', () => {
  expect(errorOf(rows({ source: 'a' }, { source: '' }, { id: 'x' }))).toBe('2 rows have no “source”.')
  expect(errorOf(rows({ source: 'a' }, { source: 3 }))).toBe('“source” is not text in every row.')
  expect(errorOf(rows({ n: 3 }))).toBe('No column holds the text the model reads: choose one as source.')
  expect(errorOf(' \n\n')).toBe('There are no rows yet: choose a file or paste lines of JSON.')
})

test('[WC5] where no name says so, the longest text is the source', () => {
  const { columns } = readCorpus(rows({ id: 'x1', title: 'short', body: 'a much longer text than the title' }))
  expect(guessFields(columns)).toEqual({ id: 'id', source: 'body', reference: '' })
})

test('[WC6] hostile keys are columns like any other', () => {
  const reading = readCorpus('{"__proto__": {"source": "x"}, "constructor": "y", "source": "z"}')
  expect(reading.rows).toBe(1)
  expect(reading.columns.map(({ name }) => name)).toContain('constructor')
  expect(({} as Record<string, unknown>)['source']).toBeUndefined()
})
