/** Tokens as they are shown: the text each one stands for, visible marks for what has no shape, and the words they form. */

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

/** The pieces of a text in order, with words: a piece starts a word after a space, at a line's start and around special tokens. */
export function piecesOf(source: TokenText): readonly Piece[] {
  const pieces: Piece[] = []
  let word = -1
  for (let index = 0; index < source.tokens.length; index++) {
    const spaced = startsWord(source, index)
    const previous = pieces[index - 1]
    const special = source.special[index] === true
    if (previous === undefined || spaced || special || previous.kind === 'special' || previous.breaks) word++
    pieces.push({
      index,
      raw: source.tokens[index] ?? '',
      word,
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
export function wordSpan(pieces: readonly Piece[], index: number): readonly [first: number, last: number] {
  const word = pieces[index]?.word
  let first = index
  let last = index
  while (pieces[first - 1]?.word === word && first > 0) first--
  while (pieces[last + 1]?.word === word && last < pieces.length - 1) last++
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

/** Sums within words: every piece of a word gets the word's total; null where no piece of it has a value. */
export function mergeWords(values: readonly (number | null)[], pieces: readonly Piece[]): readonly (number | null)[] {
  const totals = new Map<number, number>()
  values.forEach((value, index) => {
    const word = pieces[index]?.word
    if (value !== null && word !== undefined) totals.set(word, (totals.get(word) ?? 0) + value)
  })
  return pieces.map((piece) => totals.get(piece.word) ?? null)
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
