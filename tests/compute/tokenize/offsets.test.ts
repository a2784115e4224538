/** Where tokens stand: in the text that was read, and in the text that was written. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openTokenizer } from '#compute/tokenize/open.ts'
import { makeAwkwardText } from '#tests/support/awkward-text.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { describeFuzz, fuzz, roundSeeds } from '#tests/support/seeds.ts'
import { checkpointFolder } from '#tests/support/tokenizers.ts'

interface Case {
  readonly text: string
  readonly ids: number[]
  readonly offsets_code_points: [number, number][]
}

const cases = JSON.parse(readFileSync('tests/fixtures/trained/tokenizer-cases.json', 'utf8')) as Record<string, Case[]>
const open = (name: string): ReturnType<typeof openTokenizer> => openTokenizer(checkpointFolder(name))

/** Tokens whose offsets differ from the reference's, as `text piece: theirs, ours`. */
async function differences(name: string): Promise<string[]> {
  const tokenizer = await open(name)
  const found: string[] = []
  for (const { text, offsets_code_points: reference } of cases[name]!) {
    const { tokens, offsets } = await tokenizer.encode(text)
    const pointAt = (unit: number): number => Array.from(text.slice(0, unit)).length
    for (const [index, [start, end]] of offsets.entries()) {
      const [theirs, ours] = [reference[index]!.join('-'), `${pointAt(start)}-${pointAt(end)}`]
      if (theirs !== ours) found.push(`${text.slice(0, 12)} ${tokens[index]}: ${theirs}, ${ours}`)
    }
  }
  return found
}

describe('offsets into a text that is read', () => {
  test('[TK10] are those of transformers for Pegasus, but where the reference counts a character that is not there or half of one', async () => {
    expect(await differences('newsroom')).toEqual([
      'Ünïcödé naïv ▁: 0-1, 0-0',
      'e\u0301 combining ▁: 0-1, 0-0',
      'e\u0301 combining <unk>: 0-1, 0-2',
      '日本語テキスト ▁: 0-1, 0-0',
      'emoji 😀 fam ▁: 0-1, 0-0',
      'mixed “quote ▁: 0-1, 0-0',
      '<|endoftext| ▁: 0-1, 0-0',
      '\0null ▁: 0-1, 0-0',
    ])
  })

  test('[TK11] are those of transformers for GPT-2, but for lone spaces, which have their place, and a space before the text', async () => {
    const found = await differences('quiz')
    expect(found.filter((line) => !line.includes(' Ġ: '))).toEqual([' leading Ġlead: 0-5, 1-5'])
    expect(found).toHaveLength(18)
    const { tokens, offsets } = await (await open('quiz')).encode('  two  spaces ')
    expect(tokens).toEqual(['Ġ', 'Ġtwo', 'Ġ', 'Ġsp', 'a', 'c', 'es', 'Ġ'])
    expect(offsets).toEqual([
      [0, 1],
      [2, 5],
      [5, 6],
      [7, 9],
      [9, 10],
      [10, 11],
      [11, 13],
      [13, 14],
    ])
  })

  test('[TK12] of Marian stand where the text says what the piece says', async () => {
    const tokenizer = await open('phrasebook')
    let checked = 0
    for (const { text } of cases['phrasebook']!) {
      const { tokens, offsets, special } = await tokenizer.encode(text)
      for (const [index, [start, end]] of offsets.entries()) {
        const word = tokens[index]!.replaceAll('▁', '')
        if (special[index] || word === '<unk>' || word === '') continue
        expect(text.slice(start, end).normalize('NFKC'), `${text}: ${tokens[index]}`).toContain(word)
        checked++
      }
    }
    expect(checked).toBeGreaterThan(300)
  })

  test('[TK13] count UTF-16 units, and combined, compatible and removed characters belong to a token whole', async () => {
    const spans = async (name: string, text: string): Promise<string[]> =>
      (await (await open(name)).encode(text)).offsets.map(([start, end]) => text.slice(start, end))
    expect(await spans('phrasebook', 'Die ½ 😀e\u0301 ist')).toEqual([
      'D',
      'i',
      'e',
      ' ',
      '½',
      ' ',
      '😀e\u0301',
      ' ',
      'is',
      't',
      '',
    ])
    expect(await spans('newsroom', 'A ﬁre 👨‍👩‍👧 a\u0001b')).toEqual(['A', ' ﬁre', ' ', '👨‍👩‍👧', ' a\u0001b', ''])
    expect(await spans('quiz', 'a😀 b')).toEqual(['a', '😀', '😀', '😀', '😀', 'b'])
  })

  test.each(['newsroom', 'phrasebook', 'quiz'])(
    '[TK14] of %s stay in order and inside the text, whatever it holds',
    async (name) => {
      const tokenizer = await open(name)
      const run = fuzz(150, 5000)
      for (const seed of roundSeeds(run)) {
        const random = makeRandom(seed)
        const text = makeAwkwardText(random) + (random() < 0.3 ? '\ud83d' : '')
        const { ids, tokens, offsets, special } = await tokenizer.encode(text)
        const where = `${JSON.stringify(text)}, round seed ${seed}; ${describeFuzz(run)}`
        expect([tokens.length, offsets.length, special.length], where).toEqual([ids.length, ids.length, ids.length])
        let last = 0
        for (const [index, [start, end]] of offsets.entries()) {
          if (special[index] && end === 0) continue
          expect(start, where).toBeGreaterThanOrEqual(last)
          expect(end, where).toBeGreaterThanOrEqual(start)
          last = start
        }
        expect(last, where).toBeLessThanOrEqual(text.length)
      }
    },
  )

  test('[TK15] read half a surrogate pair as one unknown character, in place', async () => {
    for (const name of ['newsroom', 'phrasebook', 'quiz']) {
      const tokenizer = await open(name)
      expect(await tokenizer.encode('a \ud83d b')).toEqual(await tokenizer.encode('a \ufffd b'))
    }
    const { offsets } = await (await open('quiz')).encode('a \ud83d b')
    expect(offsets).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [2, 3],
      [2, 3],
      [4, 5],
    ])
  })
})

describe('offsets into a text that is written', () => {
  test('[TK16] cut it into the pieces of the output, special tokens at its end', async () => {
    const tokenizer = await open('phrasebook')
    const { ids } = await tokenizer.encodeTarget('Der Hund schläft.')
    const { text, tokens } = tokenizer.describe([2172, ...ids])
    expect(text).toBe('Der Hund schläft.')
    expect(tokens.offsets.map(([start, end]) => text.slice(start, end)).join('')).toBe(text)
    expect([tokens.offsets[0], tokens.offsets.at(-1)]).toEqual([
      [17, 17],
      [17, 17],
    ])
    expect([tokens.special[0], tokens.special[1], tokens.special.at(-1)]).toEqual([true, false, true])
  })

  test('[TK17] give all fragments of one character its span', async () => {
    const tokenizer = await open('quiz')
    const { ids } = await tokenizer.encode('a😀é')
    const { text, tokens } = tokenizer.describe(ids)
    expect(text).toBe('a😀é')
    expect(tokens.offsets).toEqual([
      [0, 1],
      [1, 3],
      [1, 3],
      [1, 3],
      [1, 3],
      [3, 4],
      [3, 4],
    ])
    const broken = tokenizer.describe(ids.slice(0, 3))
    expect(broken.text).toBe('a\ufffd')
    expect(broken.tokens.offsets).toEqual([
      [0, 1],
      [1, 2],
      [1, 2],
    ])
  })

  test('[TK18] leave the unknown piece of Pegasus its place, though it writes nothing', async () => {
    const tokenizer = await open('newsroom')
    const ids = ['▁A', '<unk>', '▁fire', '</s>'].map((piece) => tokenizer.id(piece)!)
    const { text, tokens } = tokenizer.describe(ids)
    expect(text).toBe('A fire')
    expect(tokens.offsets).toEqual([
      [0, 1],
      [1, 1],
      [1, 6],
      [6, 6],
    ])
    expect(tokens.special).toEqual([false, false, false, true])
  })

  test.each(['newsroom', 'phrasebook', 'quiz'])(
    '[TK19] of %s cover the whole text in order, for any ids',
    async (name) => {
      const tokenizer = await open(name)
      const run = fuzz(100, 3000)
      for (const seed of roundSeeds(run)) {
        const random = makeRandom(seed)
        const ids = Array.from({ length: Math.floor(random() * 24) }, () => Math.floor(random() * (tokenizer.size + 3)))
        const { text, tokens } = tokenizer.describe(ids)
        const where = `${ids.join()}, round seed ${seed}; ${describeFuzz(run)}`
        expect(text, where).toBe(tokenizer.decode(ids))
        let covered = 0
        for (const [index, [start, end]] of tokens.offsets.entries()) {
          if (tokens.special[index]) continue
          expect(start, where).toBeLessThanOrEqual(covered)
          covered = Math.max(covered, end)
        }
        expect(covered, where).toBe(text.length)
      }
    },
  )

  test('[TK20] and names of ids beyond the vocabulary: they write nothing and are asked for in vain', async () => {
    const tokenizer = await open('quiz')
    expect(tokenizer.describe([40, 2000])).toEqual({
      text: 'H',
      tokens: {
        ids: [40, 2000],
        tokens: ['H', '<id 2000>'],
        offsets: [
          [0, 1],
          [1, 1],
        ],
        special: [false, false],
      },
    })
    expect(tokenizer.token(2000)).toBe('<id 2000>')
    expect(() => tokenizer.token(-1)).toThrow(expect.objectContaining({ kind: 'bad-input' }))
    expect([tokenizer.token(40), tokenizer.id('H'), tokenizer.id('no such piece')]).toEqual(['H', 40, null])
  })
})
