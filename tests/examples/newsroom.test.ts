/** Checks that the newsroom corpus is what its data card says. */
import assert from 'node:assert/strict'
import { test } from 'vitest'
import { buildNewsroom } from '../../examples/corpora/corpora.ts'
import { labelEntities, makeEntityFinder } from '../../examples/corpora/newsroom-entities.ts'
import {
  companies,
  femaleFirstNames,
  jobs,
  lastNames,
  maleFirstNames,
  offices,
  regions,
} from '../../examples/corpora/newsroom-lexicon.ts'
import { stories, unsupportedEntities } from '../../examples/corpora/newsroom.ts'

const newsroom = buildNewsroom({ train: 600, test: 150, seed: 'check' })
const countWords = (text: string): number => text.split(/\s+/).length

test('[EX4] newsroom spans point at their text, lengths keep to the limits, and all topics occur', () => {
  for (const { source, reference, sourceEntities, referenceEntities } of [...newsroom.train, ...newsroom.test]) {
    for (const { text, start, end } of sourceEntities) assert.equal(source.slice(start, end), text)
    for (const { text, start, end } of referenceEntities) assert.equal(reference.slice(start, end), text)
    assert.ok(countWords(source) >= 45 && countWords(source) <= 110, source)
    assert.ok(countWords(reference) >= 8 && countWords(reference) <= 20, reference)
    assert.doesNotMatch(`${source} ${reference}`, /[{}[\]|()]|undefined| {2}|\b(\w+) \1\b/)
  }
  assert.ok(stories.length >= 14)
  assert.equal(new Set(newsroom.train.map(({ topic }) => topic)).size, stories.length)
})

test('[EX5] about 30% of the references tell something that the article does not, and the label says so', () => {
  const share = newsroom.train.filter(({ extrinsic }) => extrinsic).length / newsroom.train.length
  assert.ok(share > 0.22 && share < 0.38, `${share}`)
  for (const { extrinsic, withheld, referenceEntities } of newsroom.train) {
    assert.equal(
      extrinsic,
      referenceEntities.some(({ supported }) => !supported),
    )
    assert.equal(extrinsic, withheld !== null)
  }
})

test('[EX6] newsroom names cannot be taken for one another', () => {
  const towns = regions.flatMap((region) => region.towns)
  const names = [
    ...femaleFirstNames,
    ...maleFirstNames,
    ...lastNames,
    ...towns,
    ...regions.map(({ name }) => name),
    ...companies.flatMap((name) => [name, name.split(' ')[0] ?? '']),
  ]
  assert.equal(new Set(names).size, names.length)
  assert.equal(new Set([...jobs, ...offices]).size, jobs.length + offices.length)
})

test('[EX7] entities of a summary are supported when the article has them in any spelling', () => {
  const article =
    'Nine people were hurt in a fire at a hotel in the Nordvang town of Tindvika on Monday. Clara Maddern, 43, a teacher, praised Velmora Energy for its help. The company gave 20,000 euros. Harrowick Rovers lost 2-1 on 12 May, and 8% of the fans left after three days.'
  const cases: readonly (readonly [text: string, unsupported: readonly string[]])[] = [
    ['9 people were hurt in Tindvika on Monday.', []],
    ['Ten people were hurt in Tindvika on Tuesday.', ['Ten', 'Tuesday']],
    ['A fire in the Norwegian town of Tindvika hurt nine people.', ['Norwegian']],
    ['A fire in Nordvang hurt nine people.', []],
    ['Teacher Clara Maddern praised Velmora Energy.', []],
    ['Nurse Clara Maddern praised Velmora.', ['Nurse']],
    ['Anna Maddern praised Northgate Foods.', ['Anna Maddern', 'Northgate Foods']],
    ['Ms Maddern praised the firm.', []],
    ['A 43-year-old praised the firm.', []],
    ['43 people praised the firm.', ['43']],
    ['Harrowick Rovers lost 2-1 in May.', []],
    ['Harrowick Rovers lost 1-2 on 13 May in Harrowick.', ['1-2', '13 May']],
    ['Harrowick United lost after 3 days.', ['Harrowick United']],
    ['The company gave 20 thousand euros and 8 per cent.', []],
    ['The company gave 30,000 euros after eight days.', ['30,000', 'eight']],
    ['Nothing is named here.', []],
  ]
  for (const [text, unsupported] of cases) {
    const found = unsupportedEntities(article, text)
    assert.deepEqual(
      found.map((entity) => entity.text),
      unsupported,
      text,
    )
    for (const { start, end, text: name } of found) assert.equal(text.slice(start, end), name)
  }
  const types = labelEntities(makeEntityFinder(), article, article).map(({ type, supported }) => `${type} ${supported}`)
  assert.deepEqual(
    types,
    [
      'number',
      'region',
      'town',
      'date',
      'person',
      'number',
      'role',
      'organisation',
      'number',
      'organisation',
      'number',
      'date',
      'number',
      'number',
    ].map((type) => `${type} true`),
  )
})
