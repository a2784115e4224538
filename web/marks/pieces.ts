/** Tokens as they are shown: the text each one stands for, visible marks for what has no shape, and the words they form. */

import { sentenceAt, sentenceStarts } from './sentences.ts'

/** A text as the model reads it; the part of `tokenizedText` that drawing needs. */
export interface TokenText {
  readonly text: string
  readonly tokens: readonly string[]
  readonly offsets: readonly (readonly [number, number])[]
  readonly special: readonly boolean[]
}

export interface Piece {
  readonly index: number
  /** What is drawn in the box. */
  readonly label: string
  /** `special` tokens stand for no text; `hollow` ones for a space, or for a part of a character drawn already. */
  readonly kind: 'text' | 'special' | 'hollow'
  /** The piece as the vocabulary spells it, for the hover card. */
  readonly raw: string
  /** Number of the word this piece belongs to, from 0. */
  readonly word: number
  /** Number of its sentence, from 0; a special token is one of its own. */
  readonly sentence: number
  /** Whether a space, or the start of a line, stands before it. */
  readonly spaced: boolean
  /** Whether the text goes on in a new line after it. */
  readonly breaks: boolean
}

/** Longer tokens are cut in the drawing: a hostile vocabulary must not stretch the page. */
const longest = 80

const specialNames: Readonly<Record<string, string>> = {
  '</s>': 'end',
  '<|endoftext|>': 'end',
  '<eos>': 'end',
  '<s>': 'start',
  '<bos>': 'start',
  '<pad>': 'pad',
  '<unk>': 'unknown',
}

const visible: Readonly<Record<string, string>> = { '\n': '↵', '\r': '␍', '\t': '⇥', '\u00a0': '⍽' }

/** Control and bidirectional characters, and others without a shape, which could hide or reorder text. */
const shapeless = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]|\u00a0/gu

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/** The text with a visible mark for every character that has no shape of its own. */
export function showHidden(text: string): string {
  return text.replace(shapeless, (character) => visible[character] ?? codePoint(character))
}

/** A special token's short name: `</s>` is "end". */
export function specialName(raw: string): string {
  const known = Object.hasOwn(specialNames, raw) ? specialNames[raw] : undefined
  return known ?? cut(showHidden(raw.replace(/^<\|?|\|?>$/g, '') || raw))
}

/** The piece of a vocabulary without its mark of a word start, for places where no text is at hand (alternatives). */
export function pieceName(raw: string): string {
  if (/^<[^<>]+>$/.test(raw)) return specialName(raw)
  const bare = raw.replace(/^[▁Ġ]/, '').replaceAll('▁', ' ').replaceAll('Ġ', ' ').replaceAll('Ċ', '\n')
  return bare.trim() === '' && !bare.includes('\n') ? '·' : cut(showHidden(bare))
}

const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text)

/** What is read as one: a piece of the vocabulary, a word, a sentence. */
export type Unit = 'pieces' | 'words' | 'sentences'

/** The number of the group that a piece belongs to. */
export function groupOf(piece: Piece, unit: Unit): number {
  if (unit === 'pieces') return piece.index
  return unit === 'words' ? piece.word : piece.sentence
}

/** The pieces of a text in order, with words: a piece starts a word after a space, at a line's start and around special tokens. */
export function piecesOf(source: TokenText): readonly Piece[] {
  const pieces: Piece[] = []
  const starts = sentenceStarts(source.text)
  let word = -1
  let sentence = -1
  let part = -1
  for (let index = 0; index < source.tokens.length; index++) {
    const spaced = startsWord(source, index)
    const previous = pieces[index - 1]
    const special = source.special[index] === true
    if (previous === undefined || spaced || special || previous.kind === 'special' || previous.breaks) word++
    if (word !== previous?.word) {
      const now = sentenceAt(starts, firstCharacter(source, index))
      if (special || previous === undefined || previous.kind === 'special' || now !== part) sentence++
      part = now
    }
    pieces.push({
      index,
      raw: source.tokens[index] ?? '',
      word,
      sentence,
      spaced: spaced || special,
      ...appearance(source, index),
    })
  }
  return pieces
}

function appearance(source: TokenText, index: number): Pick<Piece, 'label' | 'kind' | 'breaks'> {
  const raw = source.tokens[index] ?? ''
  if (source.special[index]) return { label: specialName(raw), kind: 'special', breaks: false }
  const [start, end] = spanOf(source, index)
  const text = source.text.slice(start, end)
  const breaks = /\n\s*$/.test(text)
  const label = breaks ? text.replace(/^ +| +$/g, '') : text.trim()
  const repeated = index > 0 && end > start && sameSpan(source, index)
  if (label === '' || repeated) return { label: '·', kind: 'hollow', breaks: false }
  return { label: cut(showHidden(label)), kind: breaks && label.trim() === '' ? 'hollow' : 'text', breaks }
}

/** The characters of a token, kept inside the text and in order whatever the server sent. */
function spanOf(source: TokenText, index: number): readonly [number, number] {
  const [start, end] = source.offsets[index] ?? [0, 0]
  const from = Math.min(Math.max(0, start), source.text.length)
  return [from, Math.min(Math.max(from, end), source.text.length)]
}

/** Where the text of a token begins: the space before a word belongs to the sentence before. */
function firstCharacter(source: TokenText, index: number): number {
  const [start, end] = spanOf(source, index)
  return start + (/^\s*/.exec(source.text.slice(start, end))?.[0].length ?? 0)
}

/** Several byte pieces of one character carry the same span; only the first is drawn. */
function sameSpan(source: TokenText, index: number): boolean {
  const [start, end] = spanOf(source, index)
  const [before, after] = spanOf(source, index - 1)
  return start === before && end === after && source.special[index - 1] !== true
}

function startsWord(source: TokenText, index: number): boolean {
  if (index === 0) return true
  if (source.special[index]) return true
  const [start, end] = spanOf(source, index)
  if (/^\s/.test(source.text.slice(start, end))) return true
  // A lone mark of a word start: the piece after it is the text of the same word.
  if (isMark(source.tokens[index - 1])) return false
  const [, previousEnd] = spanOf(source, index - 1)
  if (start > previousEnd) return /\s/.test(source.text.slice(previousEnd, start))
  return isMark(source.tokens[index])
}

const isMark = (raw: string | undefined): boolean => raw === '▁' || raw === 'Ġ'

/** The text of the word that a piece belongs to, without spaces around it. */
export function wordText(pieces: readonly Piece[], index: number): string {
  const word = pieces[index]?.word
  const parts = pieces.filter((piece) => piece.word === word)
  return parts.map((piece) => (piece.kind === 'hollow' && parts.length > 1 ? '' : piece.label)).join('')
}

/** First and last index of the word that a piece belongs to. */
export const wordSpan = (pieces: readonly Piece[], index: number): readonly [first: number, last: number] =>
  groupSpan(pieces, index, 'words')

/** First and last index of the group that a piece belongs to. */
export function groupSpan(pieces: readonly Piece[], index: number, unit: Unit): readonly [first: number, last: number] {
  const piece = pieces[index]
  if (piece === undefined) return [index, index]
  const group = groupOf(piece, unit)
  const belongs = (other: Piece | undefined): boolean => other !== undefined && groupOf(other, unit) === group
  let first = index
  let last = index
  while (belongs(pieces[first - 1])) first--
  while (belongs(pieces[last + 1])) last++
  return [first, last]
}

/** The text of a span of pieces, spaces between words kept. */
export function spanText(pieces: readonly Piece[], first: number, last: number): string {
  return pieces
    .slice(first, last + 1)
    .map((piece, position) => (position > 0 && piece.spaced ? ' ' : '') + (piece.kind === 'hollow' ? '' : piece.label))
    .join('')
    .trim()
}

/** Sums within groups: every piece of a group gets the group's total; null where no piece of it has a value. */
export function mergeGroups(
  values: readonly (number | null)[],
  pieces: readonly Piece[],
  unit: Unit,
): readonly (number | null)[] {
  const totals = new Map<number, number>()
  values.forEach((value, index) => {
    const piece = pieces[index]
    if (value === null || piece === undefined) return
    const group = groupOf(piece, unit)
    totals.set(group, (totals.get(group) ?? 0) + value)
  })
  return pieces.map((piece) => totals.get(groupOf(piece, unit)) ?? null)
}

/** The pieces of one word, which never breaks over two lines. */
export interface Word {
  readonly pieces: readonly Piece[]
  readonly spaced: boolean
  readonly breaks: boolean
}

/** Pieces grouped by word: a word never breaks over two lines. */
export function wordsOf(pieces: readonly Piece[]): readonly Word[] {
  const words: { pieces: Piece[]; spaced: boolean; breaks: boolean }[] = []
  let current = -1
  for (const piece of pieces) {
    if (piece.word !== current) words.push({ pieces: [], spaced: piece.spaced && words.length > 0, breaks: false })
    current = piece.word
    const word = words.at(-1)
    word?.pieces.push(piece)
    if (word && piece.breaks) word.breaks = true
  }
  return words
}
