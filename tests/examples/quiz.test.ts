/** Checks that the quiz corpus is what its data card says. */
import assert from 'node:assert/strict'
import { test } from 'vitest'
import { buildQuiz } from '../../examples/corpora/corpora.ts'
import { couldBeRight, nearLures, readKnowledge } from '../../examples/corpora/quiz-knowledge.ts'

const quiz = buildQuiz({ train: 600, test: 150, seed: 'check' })
const knowledge = readKnowledge()
const find = <Item>(items: readonly Item[], fits: (item: Item) => boolean): Item => {
  const item = items.find(fits)
  assert.ok(item)
  return item
}

test('[EX13] quiz facts: enough of them, one answer per question, most subjects in several relations', () => {
  assert.ok(knowledge.byRelation.size >= 12 && knowledge.subjects.length >= 350)
  const keys = knowledge.facts.map(({ subject, relation }) => `${subject} ${relation}`)
  assert.equal(new Set(keys).size, keys.length)
  const shared = knowledge.subjects.filter((subject) => (knowledge.bySubject.get(subject)?.length ?? 0) >= 2).length
  assert.ok(shared / knowledge.subjects.length > 0.9)
  for (const fact of knowledge.facts) assert.ok(nearLures(fact, knowledge).every((text) => !couldBeRight(fact, text)))
})

test('[EX14] what is right or nearly right is never offered as wrong', () => {
  const fact = (subject: string, relation: string) =>
    find(knowledge.bySubject.get(subject) ?? [], (one) => one.relation === relation)
  for (const [subject, relation, text] of [
    ['apple', 'colour', 'green'],
    ['cat', 'category', 'animal'],
    ['hammer', 'place', 'toolbox'],
    ['hammer', 'place', 'garage'],
    ['Finland', 'language', 'Swedish'],
    ['go', 'past', 'went'],
  ] as const) {
    assert.ok(couldBeRight(fact(subject, relation), text), `${subject} ${relation} ${text}`)
  }
  for (const [subject, relation, text] of [
    ['apple', 'colour', 'blue'],
    ['cat', 'category', 'bird'],
    ['hammer', 'place', 'desert'],
    ['Finland', 'language', 'Greek'],
    ['go', 'past', 'goed'],
  ] as const) {
    assert.ok(!couldBeRight(fact(subject, relation), text), `${subject} ${relation} ${text}`)
  }
  assert.deepEqual(nearLures(fact('mouse', 'plural'), knowledge), ['mouses', 'mouse'])
  assert.deepEqual(nearLures(fact('go', 'past'), knowledge), ['goed', 'going'])
  assert.ok(nearLures(fact('Peru', 'capital'), knowledge).includes('Santiago'))
})

test('[EX15] quiz options hold the answer once and nothing else that is right; spans point at their text', () => {
  for (const { prompt, answer, query, options, demonstrations, relation } of [...quiz.train, ...quiz.test]) {
    const fact = find(knowledge.bySubject.get(query.subject) ?? [], (one) => one.relation === relation)
    assert.equal(options.filter(({ text }) => text === answer).length, 1)
    assert.ok(
      options.length >= 3 && options.length <= 4 && new Set(options.map(({ text }) => text)).size === options.length,
    )
    assert.ok(
      options.every(({ text }) => text === answer || !couldBeRight(fact, text)),
      prompt,
    )
    assert.equal(prompt.slice(query.start, query.end), query.question)
    for (const { text, start, end } of [
      ...options,
      ...demonstrations.flatMap((shown) => [...shown.options, shown.label]),
    ])
      assert.equal(prompt.slice(start, end), text)
    for (const { start, end, subject, label, options: shownOptions } of demonstrations) {
      assert.match(
        prompt.slice(start, end),
        new RegExp(`^question: ${subject} \\| options: .* \\| answer: ${label.text}$`),
      )
      assert.equal(shownOptions.filter(({ text }) => text === label.text).length, 1)
    }
    assert.match(prompt, /\| answer:$/)
  }
})

test('[EX16] quiz conditions share their query; random labels come from the options; traps are wrong and set', () => {
  for (let index = 0; index < quiz.test.length; index += 4) {
    const [gold, random, none, adversarial] = quiz.test.slice(index, index + 4)
    assert.ok(gold && random && none && adversarial)
    assert.deepEqual(
      [gold, random, none, adversarial].map(({ condition }) => condition),
      ['gold', 'random', 'none', 'adversarial'],
    )
    assert.equal(
      new Set(
        [gold, random, none, adversarial].map(({ queryId, query, answer }) => `${queryId} ${query.subject} ${answer}`),
      ).size,
      1,
    )
    assert.deepEqual(
      gold.options.map(({ text }) => text),
      none.options.map(({ text }) => text),
    )
    assert.ok(gold.demonstrations.every(({ label, gold: right }) => label.text === right))
    assert.equal(none.demonstrations.length, 0)
    assert.equal(random.demonstrations.length, gold.demonstrations.length)
    const lure = adversarial.lure
    assert.ok(
      lure &&
        lure.text !== adversarial.answer &&
        adversarial.options.some(({ text, role }) => text === lure.text && role === 'lure'),
    )
    if (lure.kind === 'repeated') assert.ok(adversarial.demonstrations.some(({ label }) => label.text === lure.text))
  }
  const labels = quiz.test
    .filter(({ condition }) => condition === 'random')
    .flatMap(({ demonstrations }) => demonstrations.map(({ label, gold }) => label.text === gold))
  const right = labels.filter(Boolean).length / labels.length
  assert.ok(right > 0.2 && right < 0.4, `${right} of the random labels are right`)
})
