/** Ids and texts beside those of transformers 5.23. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openTokenizer } from '#compute/tokenize/open.ts'
import { checkpointFolder, copyTokenizer } from '#tests/support/tokenizers.ts'
import type { Changes } from '#tests/support/tokenizers.ts'

interface Answer {
  readonly ids: number[]
  readonly decoded: string
  readonly target?: number[]
  readonly decoded_target?: string
}
interface Case extends Answer {
  readonly text: string
  readonly tokens: string[]
}
interface Row {
  readonly text: string
  readonly input_ids: number[]
  readonly tokens: string[]
  readonly greedy: number[]
  readonly greedy_text: string
  readonly beam4: number[]
  readonly beam4_text: string
}
interface SettingsCase extends Changes {
  readonly name: string
  readonly base: string
  readonly unknown: number | null
  readonly size: number
  readonly rows: (Answer & { readonly text: string })[]
}
type Example = 'newsroom' | 'phrasebook' | 'quiz'

const examples: readonly Example[] = ['newsroom', 'phrasebook', 'quiz']
const read = (file: string): unknown => JSON.parse(readFileSync(`tests/fixtures/${file}`, 'utf8'))

describe.each(examples)('the tokenizer of %s', (name) => {
  test('[TK1] gives the ids, pieces and decoded text of transformers for all strings of the fixture', async () => {
    const tokenizer = await openTokenizer(checkpointFolder(name))
    const cases = (read('trained/tokenizer-cases.json') as Record<Example, Case[]>)[name] // our own fixtures, as the others
    expect(cases).toHaveLength(32)
    for (const { text, ids, tokens, decoded } of cases) {
      const encoded = await tokenizer.encode(text)
      expect(encoded.ids, text).toEqual(ids)
      expect(encoded.tokens, text).toEqual(tokens)
      expect(tokenizer.decode(ids), text).toBe(decoded)
    }
  })

  test('[TK2] gives the ids and decoded text of transformers for awkward strings, on both sides', async () => {
    const tokenizer = await openTokenizer(checkpointFolder(name))
    const awkward = read('tokenizers/awkward.json') as Record<Example, Answer[]> & { texts: string[] }
    expect(awkward.texts.length).toBeGreaterThan(240)
    for (const [index, text] of awkward.texts.entries()) await expectAnswer(tokenizer, text, awkward[name][index]!)
  })
})

describe.each(['newsroom', 'phrasebook', 'quiz', 'quiz-early'])('the outputs of %s', (name) => {
  test('[TK3] have the ids and texts of transformers in all 40 rows', async () => {
    const tokenizer = await openTokenizer(checkpointFolder(name))
    const { rows } = read(`trained/${name}.json`) as { rows: Row[] }
    expect(rows).toHaveLength(40)
    for (const row of rows) {
      const encoded = await tokenizer.encode(row.text)
      expect(encoded.ids).toEqual(row.input_ids)
      expect(encoded.tokens).toEqual(row.tokens)
      expect(tokenizer.decode(row.greedy)).toBe(row.greedy_text)
      expect(tokenizer.decode(row.beam4)).toBe(row.beam4_text)
    }
  })
})

describe('a checkpoint with other settings', () => {
  test.each((read('tokenizers/settings.json') as { cases: SettingsCase[] }).cases)(
    '[TK4] is read as transformers reads it: $name',
    async ({ base, unknown, size, rows, ...changes }) => {
      const tokenizer = await openTokenizer(copyTokenizer(base, changes))
      expect(tokenizer.unknownId).toBe(unknown)
      expect(tokenizer.size).toBeGreaterThanOrEqual(size)
      for (const row of rows) await expectAnswer(tokenizer, row.text, row)
    },
  )
})

async function expectAnswer(
  tokenizer: Awaited<ReturnType<typeof openTokenizer>>,
  text: string,
  { ids, decoded, target = ids, decoded_target = decoded }: Answer,
): Promise<void> {
  expect((await tokenizer.encode(text)).ids, JSON.stringify(text)).toEqual(ids)
  expect((await tokenizer.encodeTarget(text)).ids, JSON.stringify(text)).toEqual(target)
  expect(tokenizer.decode(ids), JSON.stringify(text)).toBe(decoded)
  expect(tokenizer.decode(target), JSON.stringify(text)).toBe(decoded_target)
}
