/** The small parts of the tokenizers, each beside something that is known to be right. */
import { readFileSync } from 'node:fs'
import { Tokenizer } from 'tokenizers'
import { describe, expect, test } from 'vitest'
import { parseCharacterMap } from '#compute/tokenize/character-map.ts'
import { cleanUpSpaces, joinParts, stripDecoded } from '#compute/tokenize/decoded-text.ts'
import { graphemesOf } from '#compute/tokenize/graphemes.ts'
import { parseModelProto } from '#compute/tokenize/model-proto.ts'
import { openTokenizer } from '#compute/tokenize/open.ts'
import { makePieceTrie } from '#compute/tokenize/piece-trie.ts'
import { makeSpecialSplitter } from '#compute/tokenize/special-text.ts'
import { makeUnitIndex, makeWellFormed } from '#compute/tokenize/text.ts'
import { makeTokenDecoder } from '#compute/tokenize/token-decoder.ts'
import { readUtf8 } from '#compute/tokenize/utf8.ts'
import { makeAwkwardText } from '#tests/support/awkward-text.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { describeFuzz, fuzz, roundSeeds } from '#tests/support/seeds.ts'
import { checkpointFolder } from '#tests/support/tokenizers.ts'

describe('bytes', () => {
  test('[TK40] are read as UTF-8 like the platform reads them, whatever they are', () => {
    const run = fuzz(2000, 100_000)
    const leads = [
      0x00, 0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xa0, 0x9f, 0xed, 0xef, 0xf0, 0x90, 0x8f, 0xf4, 0xf5, 0xff,
    ]
    for (const seed of roundSeeds(run)) {
      const random = makeRandom(seed)
      const bytes = Array.from({ length: Math.floor(random() * 12) }, () =>
        random() < 0.7 ? leads[Math.floor(random() * leads.length)]! : Math.floor(random() * 256),
      )
      const { text, starts, ends } = readUtf8(bytes)
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
      const where = `${bytes.join()}, round seed ${seed}; ${describeFuzz(run)}`
      expect(text, where).toBe(decoder.decode(Uint8Array.from(bytes)))
      expect([starts.length, ends.length, ends.at(-1) ?? 0], where).toEqual([bytes.length, bytes.length, text.length])
    }
  })

  test('[TK41] of the rules of a normalizer give the longest and the shortest rule, and nothing past the end', () => {
    const { normalizer } = parseModelProto(readFileSync('examples/checkpoints/newsroom/spiece.model'), 'spiece.model')
    const map = parseCharacterMap(normalizer.precompiledCharsmap, 'spiece.model')
    const bytes = Buffer.from('e\u0301ﬁ\0', 'utf8')
    expect(map.longest(bytes, 0)).toEqual({ bytes: 3, text: 'é' })
    expect(map.shortest(bytes, 0, 2)).toBeNull()
    expect(map.longest(bytes, 3)).toEqual({ bytes: 3, text: 'fi' })
    expect(map.longest(bytes, 6)).toBeNull()
    expect(map.longest(bytes, 7)).toBeNull()
  })
})

describe('text', () => {
  test('[TK42] is cut into the graphemes that Unicode says, however long it is', () => {
    const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })
    const run = fuzz(200, 5000)
    for (const seed of roundSeeds(run)) {
      const random = makeRandom(seed)
      const text = Array.from({ length: 1 + Math.floor(random() * 12) }, () => makeAwkwardText(random)).join('')
      const whole = Array.from(segmenter.segment(text), ({ index, segment }) => [index, index + segment.length])
      const found = [...graphemesOf(text, (part) => segmenter.segment(part))]
      expect(found, `${JSON.stringify(text)}, round seed ${seed}; ${describeFuzz(run)}`).toEqual(whole)
    }
    const endless = `e${'\u0301'.repeat(1000)}x`
    expect([...graphemesOf(endless, (part) => segmenter.segment(part))]).toEqual([
      [0, 1001],
      [1001, 1002],
    ])
  })

  test('[TK43] is cut at special tokens, the leftmost first and of those the longest', () => {
    const split = makeSpecialSplitter(['<a', '<a>', '<ab>', 'ab', ''])
    expect(split('x<a><ab><abab').map(({ text, special }) => (special ? `[${text}]` : text))).toEqual([
      'x',
      '[<a>]',
      '[<ab>]',
      '[<a]',
      'b',
      '[ab]',
    ])
    expect(split('')).toEqual([])
    expect(makeSpecialSplitter(['.*', '[x]'])('a.*[x]').map(({ special }) => special)).toEqual([false, true, true])
    expect(makeSpecialSplitter([])('a b')).toEqual([{ start: 0, end: 3, text: 'a b', special: false }])
  })

  test('[TK44] counts code points and units, and loses halves of pairs', () => {
    const unitOf = makeUnitIndex('a😀b')
    expect([0, 1, 2, 3, 9].map(unitOf)).toEqual([0, 1, 3, 4, 4])
    expect([0, 2, 9].map(makeUnitIndex('ab'))).toEqual([0, 2, 2])
    expect(makeWellFormed('\ud83d😀\ude00x')).toBe('\ufffd😀\ufffdx')
  })

  test('[TK45] loses white space at its ends as Python strips it, and offsets follow', () => {
    const decoded = joinParts(['\x1c \u3000', ' a', ' b ', '\x85'])
    expect(stripDecoded(decoded)).toEqual({
      text: 'a b',
      offsets: [
        [0, 0],
        [0, 1],
        [1, 3],
        [3, 3],
      ],
    })
    expect(stripDecoded(joinParts(['\ufeff', 'a'])).text).toBe('\ufeffa')
    expect(stripDecoded(joinParts([' ', '\n'])).text).toBe('')
  })

  test('[TK46] gets English spacing as transformers gives it, and offsets follow', () => {
    const clean = (text: string): string => cleanUpSpaces(joinParts([text])).text
    // What `clean_up_tokenization` of transformers 5.23 answers, word for word.
    expect(clean("It 's n't . ok ! , we 've ' x ' ? I 'm they 're  .")).toBe("It'sn't. ok!, we've'x '? I'm they're .")
    expect(clean(" ' ' a ' ' '  .. ")).toBe("'' a'''.. ")
    expect(cleanUpSpaces(joinParts(['He', ' is', ' .', " '", ' x'])).offsets).toEqual([
      [0, 2],
      [2, 5],
      [5, 6],
      [6, 7],
      [7, 8],
    ])
  })
})

describe('pieces', () => {
  test('[TK47] are found in their trie by every prefix, and nothing else is', () => {
    const run = fuzz(30, 500)
    for (const seed of roundSeeds(run)) {
      const random = makeRandom(seed)
      const pieces = [
        ...new Set(Array.from({ length: 200 }, () => makeAwkwardText(random).slice(0, 1 + Math.floor(random() * 6)))),
      ]
      const trie = makePieceTrie(pieces)
      const find = (text: string): number => {
        let node = 0
        for (let index = 0; index < text.length && node >= 0; index++) node = trie.child(node, text.charCodeAt(index))
        return node < 0 ? -1 : trie.pieceAt(node)
      }
      const where = `round seed ${seed}; ${describeFuzz(run)}`
      for (const [number, piece] of pieces.entries()) expect(find(piece), where).toBe(number)
      for (const piece of pieces) expect(find(`${piece}\u4dff`), where).toBe(-1)
    }
    expect(makePieceTrie([]).child(0, 65)).toBe(-1)
  })
})

describe('the decoders of a tokenizer.json', () => {
  test.each(['quiz', 'byte-fallback'])('[TK48] write what the native library writes, for any ids: %s', async (name) => {
    const ours = await openTokenizer(checkpointFolder(name))
    const native = Tokenizer.fromFile(`${checkpointFolder(name)}/tokenizer.json`)
    const run = fuzz(300, 20_000)
    for (const seed of roundSeeds(run)) {
      const random = makeRandom(seed)
      const range = random() < 0.5 ? ours.size : Math.min(ours.size, 270)
      const ids = Array.from({ length: Math.floor(random() * 20) }, () => Math.floor(random() * range))
      expect(ours.decode(ids), `${ids.join()}, round seed ${seed}; ${describeFuzz(run)}`).toBe(
        await native.decode(ids, true),
      )
    }
  })

  test('[TK49] keep track of tokens through every step', () => {
    const decode = makeTokenDecoder({
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    })
    const { text, offsets } = decode(['▁a', '<0xF0>', '<0x9F>', '<0x98>', '<0x80>', '▁', 'b', '<0xFF>'])
    expect(text).toBe('a😀 b\ufffd')
    expect(offsets.map(([start, end]) => text.slice(start, end))).toEqual([
      'a',
      '😀',
      '😀',
      '😀',
      '😀',
      ' ',
      'b',
      '\ufffd',
    ])
    expect(makeTokenDecoder(null)(['a', 'b']).text).toBe('a b')
  })
})
