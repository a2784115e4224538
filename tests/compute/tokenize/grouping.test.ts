/** Words and sentences of awkward texts. */
import { describe, expect, test } from 'vitest'
import { groupNumbers, groupTokens } from '#compute/tokenize/grouping.ts'
import { openTokenizer } from '#compute/tokenize/open.ts'
import type { TokenizedText } from '#compute/types.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { makeAwkwardText } from '#tests/support/awkward-text.ts'
import { describeFuzz, fuzz, roundSeeds } from '#tests/support/seeds.ts'
import { checkpointFolder } from '#tests/support/tokenizers.ts'

/** Tokens at the given places; those of no width are special where they are named so. */
function tokensAt(offsets: readonly (readonly [number, number])[], special: readonly number[] = []): TokenizedText {
  return {
    ids: offsets.map((_, index) => index),
    tokens: offsets.map((_, index) => `t${index}`),
    offsets,
    special: offsets.map((_, index) => special.includes(index)),
  }
}

/** The groups as they read, special tokens in brackets. */
function read(text: string, tokens: TokenizedText, by: 'word' | 'sentence'): string[] {
  return groupTokens(text, tokens, by).map(({ offsets, special }) => {
    const covered = text.slice(...offsets)
    return special ? `<${covered}>` : covered
  })
}

describe('words', () => {
  test('[WS1] are of whole tokens; punctuation stands alone, an apostrophe does not', () => {
    const text = "Don't stop, now."
    const tokens = tokensAt([
      [0, 3],
      [3, 5],
      [5, 8],
      [8, 10],
      [10, 11],
      [11, 15],
      [15, 16],
    ])
    expect(read(text, tokens, 'word')).toEqual(["Don't", 'stop', ',', 'now', '.'])
    expect(groupNumbers(groupTokens(text, tokens, 'word'))).toEqual([0, 0, 1, 1, 2, 3, 4])
  })

  test('[WS2] a token belongs to the word of its first letter, spaces to the word that follows', () => {
    expect(
      read(
        'of the',
        tokensAt([
          [0, 2],
          [2, 3],
          [3, 6],
        ]),
        'word',
      ),
    ).toEqual(['of', 'the'])
    expect(
      read(
        'a bc d',
        tokensAt([
          [0, 1],
          [1, 5],
          [5, 6],
        ]),
        'word',
      ),
    ).toEqual(['a', 'bc', 'd'])
    // A mark of a word's start that has no width, and spaces at the end of the text.
    expect(
      read(
        'be so  ',
        tokensAt([
          [0, 0],
          [0, 2],
          [3, 3],
          [3, 5],
          [5, 7],
        ]),
        'word',
      ),
    ).toEqual(['be', 'so'])
  })

  test('[WS3] special tokens stand alone, even between the tokens of one word', () => {
    const tokens = tokensAt(
      [
        [0, 0],
        [0, 2],
        [2, 2],
        [2, 4],
        [0, 0],
        [0, 0],
      ],
      [0, 2, 4, 5],
    )
    expect(read('abcd', tokens, 'word')).toEqual(['<>', 'ab', '<>', 'cd', '<>', '<>'])
  })

  test('[WS4] fragments of one character are one word, whatever script it is of', async () => {
    const tokenizer = await openTokenizer(checkpointFolder('quiz'))
    for (const [text, words] of [
      ['a 👩‍👩‍👧‍👦 b', ['a', '👩‍👩‍👧‍👦', 'b']],
      ['naïve e\u0301té', ['naïve', 'e\u0301té']],
      ['สวัสดี', ['สวัสดี']],
      ['x\n\ny', ['x', 'y']],
    ] as const) {
      const tokens = await tokenizer.encode(text)
      expect(read(text, tokens, 'word').filter((word) => word.trim() !== '')).toEqual(words)
    }
  })
})

describe('sentences', () => {
  test('[WS5] end where Unicode ends them, and at the end of a line', async () => {
    const tokenizer = await openTokenizer(checkpointFolder('newsroom'))
    const text = 'It rained. Was it late?  Nobody knew\nThe end'
    const tokens = await tokenizer.encode(text)
    expect(read(text, tokens, 'sentence')).toEqual(['It rained.', 'Was it late?', 'Nobody knew', 'The end', '<>'])
  })
})

describe('any text', () => {
  const rounds = fuzz(60, 600)

  test(`[WS6] every token is in one group, in order, and special ones are alone (${describeFuzz(rounds)})`, async () => {
    const tokenizer = await openTokenizer(checkpointFolder('phrasebook'))
    for (const seed of roundSeeds(rounds)) {
      const text = makeAwkwardText(makeRandom(seed))
      const tokens = await tokenizer.encode(text)
      for (const by of ['word', 'sentence'] as const) {
        const groups = groupTokens(text, tokens, by)
        const members = groups.flatMap((group) => group.tokens)
        expect(members, `seed ${seed}`).toEqual(tokens.ids.map((_, index) => index))
        for (const { offsets, special, tokens: own } of groups) {
          if (special) expect(own, `seed ${seed}`).toHaveLength(1)
          expect(offsets[1], `seed ${seed}`).toBeGreaterThanOrEqual(offsets[0])
        }
      }
    }
  })

  test('[WS7] a long one is grouped in time', () => {
    const text = 'The end of it. '.repeat(20_000)
    const offsets = Array.from(text.matchAll(/\S+/g), ({ index, 0: word }): [number, number] => [
      index,
      index + word.length,
    ])
    const began = performance.now()
    expect(groupTokens(text, tokensAt(offsets), 'sentence')).toHaveLength(20_000)
    expect(performance.now() - began).toBeLessThan(5000)
  })

  test('[WS8] an empty one has its special tokens', () => {
    expect(read('', tokensAt([[0, 0]], [0]), 'word')).toEqual(['<>'])
    expect(groupTokens('', tokensAt([]), 'sentence')).toEqual([])
  })
})
