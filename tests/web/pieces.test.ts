import { expect, test } from 'vitest'
import type { TokenText } from '#web/marks/pieces.ts'
import {
  mergeGroups,
  pieceName,
  piecesOf,
  showHidden,
  spanText,
  specialName,
  wordSpan,
  wordText,
} from '#web/marks/pieces.ts'

function text(whole: string, tokens: readonly (readonly [string, number, number])[]): TokenText {
  return {
    text: whole,
    tokens: tokens.map(([raw]) => raw),
    offsets: tokens.map(([, start, end]) => [start, end] as const),
    special: tokens.map(([raw]) => /^<[^>]+>$/.test(raw)),
  }
}

const labels = (source: TokenText): readonly string[] => piecesOf(source).map((piece) => piece.label)

test('[WT1] SentencePiece pieces that include the space before them start words', () => {
  const pieces = piecesOf(
    text('has won', [
      ['▁ha', 0, 2],
      ['s', 2, 3],
      ['▁won', 3, 7],
      ['</s>', 0, 0],
    ]),
  )
  expect(pieces.map(({ label, word, spaced }) => [label, word, spaced])).toEqual([
    ['ha', 0, true],
    ['s', 0, false],
    ['won', 1, true],
    ['end', 2, true],
  ])
})

test('[WT2] byte-level pieces whose offsets leave out the space start words too', () => {
  const pieces = piecesOf(
    text('a bucket |', [
      ['a', 0, 1],
      ['Ġbu', 2, 4],
      ['cket', 4, 8],
      ['Ġ|', 9, 10],
    ]),
  )
  expect(pieces.map(({ word }) => word)).toEqual([0, 1, 1, 2])
})

test('[WT3] a lone mark of a word start is drawn as a dot and belongs to the word after it', () => {
  for (const offsets of [
    [7, 8],
    [7, 7],
    [8, 8],
  ] as const) {
    const pieces = piecesOf(
      text('a prize is', [
        ['▁a', 0, 1],
        ['▁prize', 1, 7],
        ['▁', offsets[0], offsets[1]],
        ['is', 8, 10],
      ]),
    )
    expect(pieces.map(({ label }) => label)).toEqual(['a', 'prize', '·', 'is'])
    expect(pieces[2]?.kind).toBe('hollow')
    expect(pieces[3]?.word).toBe(pieces[2]?.word)
    expect(wordText(pieces, 3)).toBe('is')
  }
})

test('[WT4] a line end is visible and ends the line; the next piece starts a word', () => {
  const pieces = piecesOf(
    text('a\nquestion', [
      ['a', 0, 1],
      ['Ċ', 1, 2],
      ['question', 2, 10],
    ]),
  )
  expect(pieces.map(({ label, breaks }) => [label, breaks])).toEqual([
    ['a', false],
    ['↵', true],
    ['question', false],
  ])
  expect(pieces[2]?.word).not.toBe(pieces[1]?.word)
})

test('[WT5] characters without a shape are written out, so that nothing can hide or reorder text', () => {
  expect(showHidden('a\u202eb\tc\u0000')).toBe('aU+202Eb⇥cU+0000')
})

test('[WT6] several byte pieces of one character draw it once', () => {
  expect(
    labels(
      text('a 🙂', [
        ['a', 0, 1],
        ['Ġðٹ', 2, 4],
        ['Ļ', 2, 4],
        ['Ĥ', 2, 4],
      ]),
    ),
  ).toEqual(['a', '🙂', '·', '·'])
})

test('[WT7] offsets outside the text or in the wrong order are kept inside it', () => {
  expect(
    labels(
      text('abc', [
        ['a', -5, 2],
        ['b', 2, 999],
        ['c', 3, 1],
      ]),
    ),
  ).toEqual(['ab', 'c', '·'])
})

test('[WT8] special tokens have short names', () => {
  expect(['</s>', '<s>', '<pad>', '<|endoftext|>', '<mask_1>', '<__proto__>'].map(specialName)).toEqual([
    'end',
    'start',
    'pad',
    'end',
    'mask_1',
    '__proto__',
  ])
})

test('[WT9] a piece of the vocabulary is named without its mark', () => {
  expect(['▁Kestrell', 'Ġcontainer', '▁', 'Ċ', '</s>', 'ed'].map(pieceName)).toEqual([
    'Kestrell',
    'container',
    '·',
    '↵',
    'end',
    'ed',
  ])
})

test('[WT10] a token of a hostile vocabulary is cut to a length that fits a line', () => {
  expect(piecesOf(text('x'.repeat(5000), [['x', 0, 5000]]))[0]?.label.length).toBe(80)
})

test('[WT11] the span of a word runs over all its pieces, and its text has no marks', () => {
  const pieces = piecesOf(
    text('the chemist', [
      ['▁the', 0, 3],
      ['▁che', 3, 7],
      ['m', 7, 8],
      ['ist', 8, 11],
    ]),
  )
  expect(wordSpan(pieces, 2)).toEqual([1, 3])
  expect(wordText(pieces, 1)).toBe('chemist')
  expect(spanText(pieces, 0, 2)).toBe('the chem')
})

test('[WT12] sums within a word reach every piece of it, and a word without any value has none', () => {
  const pieces = piecesOf(
    text('the chemist', [
      ['▁the', 0, 3],
      ['▁che', 3, 7],
      ['mist', 7, 11],
    ]),
  )
  expect(mergeGroups([null, 1.5, -0.5], pieces, 'words')).toEqual([null, 1, 1])
})
