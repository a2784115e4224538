import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { labelEntities, openEntityFinder } from '#compute/evaluation/entities.ts'
import { openLexiconBuilder } from '#compute/evaluation/entity-lexicon.ts'
import { labelEntities as labelByTruth, makeEntityFinder } from '../../../examples/corpora/newsroom-entities.ts'
import { example, fixture, readJson } from '#tests/support/golden.ts'

interface Row {
  readonly id: string
  readonly source: string
  readonly sourceEntities: readonly { readonly type: string; readonly text: string }[]
  readonly referenceEntities: readonly { readonly type: string; readonly text: string; readonly supported: boolean }[]
}

const rows = readFileSync(example('data/newsroom.test.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row)

function learn(from: readonly Row[]) {
  const builder = openLexiconBuilder()
  for (const { sourceEntities, referenceEntities } of from) builder.add(sourceEntities, referenceEntities)
  return openEntityFinder(builder.build())
}

describe('entities', () => {
  it('[ME20] a lexicon learned from annotations labels what a model wrote as the lexicon of the corpus does', () => {
    const { rows: outputs } = readJson(fixture('trained/newsroom.json')) as {
      rows: readonly { id: string; text: string; greedy_text: string; beam4_text: string }[]
    }
    const [learned, truth] = [learn(rows), makeEntityFinder()]
    let [all, supported] = [0, 0]
    for (const { text, greedy_text, beam4_text } of outputs) {
      for (const output of [greedy_text, beam4_text]) {
        const strip = ({ type, start, end, supported: isIt }: ReturnType<typeof labelByTruth>[number]) => [
          type,
          start,
          end,
          isIt,
        ]
        const expected = labelByTruth(truth, text, output)
        expect(labelEntities(learned, text, output).map(strip as never), output).toEqual(expected.map(strip))
        all += expected.length
        supported += expected.filter((entity) => entity.supported).length
      }
    }
    expect([all > 200, supported < all]).toEqual([true, true])
  })

  it('[ME21] the same thing in another spelling is supported, and another thing of the same words is not', () => {
    const finder = learn(rows)
    const source =
      'Nine people were hurt in the Norwegian town of Tindvika on 12 May. Clara Maddern, 43, a chemist, left after three days.'
    const supports = (text: string): readonly boolean[] =>
      labelEntities(finder, source, text).map((entity) => entity.supported)
    expect(supports('9 people in Norway')).toEqual([true, true])
    expect(supports('Maddern, Clara Aldermoor')).toEqual([true, false])
    expect(supports('43 people, 3 days, 9 days')).toEqual([false, true, false])
    expect(supports('Chemists left in May, not in June')).toEqual([true, true, false])
  })
})
