/** Checks of the splits, which all three corpora share. */
import assert from 'node:assert/strict'
import { test } from 'vitest'
import { buildNewsroom, buildPhrasebook, buildQuiz } from '../../examples/corpora/corpora.ts'
import { makeRandom } from '../../examples/corpora/rng.ts'

const sizes = { train: 600, test: 150, seed: 'check' }

test('[EX1] one seed gives one corpus, another seed another, and a longer corpus starts with a shorter one', () => {
  for (const build of [buildNewsroom, buildPhrasebook, buildQuiz]) {
    const small = { train: 40, test: 10, seed: 'a' }
    assert.deepEqual(build(small), build(small))
    assert.notDeepEqual(build(small), build({ ...small, seed: 'b' }))
    assert.deepEqual(build({ ...small, train: 80 }).train.slice(0, 40), build(small).train)
  }
})

test('[EX2] random choices stay in range and shuffling keeps every item', () => {
  const random = makeRandom('range')
  for (let draw = 0; draw < 1000; draw++) assert.ok([3, 4, 5].includes(random.integer(3, 5)))
  assert.deepEqual(
    random.shuffle([1, 2, 3, 4, 5]).sort((a, b) => a - b),
    [1, 2, 3, 4, 5],
  )
  const heads = Array.from({ length: 4000 }, () =>
    random.weighted([
      ['head', 3],
      ['tail', 1],
    ] as const),
  ).filter((side) => side === 'head').length
  assert.ok(heads > 2850 && heads < 3150, `${heads} heads of 4000`)
})

test('[EX3] no test text occurs in training, and nothing occurs twice', () => {
  const [newsroom, phrasebook, quiz] = [buildNewsroom(sizes), buildPhrasebook(sizes), buildQuiz(sizes)]
  const articles = [...newsroom.train, ...newsroom.test].map(({ source }) => source)
  assert.equal(new Set(articles).size, articles.length)
  const sentences = [...phrasebook.train, ...phrasebook.test].map(({ source }) => source)
  assert.equal(new Set(sentences).size, sentences.length)
  const prompts = quiz.train.map(({ prompt }) => prompt)
  assert.equal(new Set(prompts).size, prompts.length)
  const lineOf = (subject: string, relation: string, options: readonly { readonly text: string }[]) =>
    `${subject} ${relation} ${options
      .map(({ text }) => text)
      .sort()
      .join()}`
  const asked = new Set(
    quiz.test
      .filter(({ condition }) => condition === 'none')
      .map(({ query, relation, options }) => lineOf(query.subject, relation, options)),
  )
  for (const { query, relation, options, demonstrations } of quiz.train) {
    assert.ok(!asked.has(lineOf(query.subject, relation, options)))
    for (const shown of demonstrations) assert.ok(!asked.has(lineOf(shown.subject, relation, shown.options)))
  }
})
