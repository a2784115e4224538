/** Checkpoints that are broken or wicked, and texts that are endless: one clear error each, and the process lives. */
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { describe, expect, test } from 'vitest'
import { ComputeError } from '#compute/errors.ts'
import { openTokenizer } from '#compute/tokenize/open.ts'
import { makeAwkwardText } from '#tests/support/awkward-text.ts'
import { mutateBytes, mutateJson } from '#tests/support/mutations.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { describeFuzz, fuzz, roundSeeds } from '#tests/support/seeds.ts'
import { copyTokenizer, readJson } from '#tests/support/tokenizers.ts'
import type { Changes } from '#tests/support/tokenizers.ts'

type Json = Record<string, unknown>

/** What opening a changed copy of an example ends with. */
async function faultOf(name: string, changes: Changes): Promise<ComputeError> {
  return faultOfFolder(copyTokenizer(name, changes))
}

async function faultOfFolder(folder: string): Promise<ComputeError> {
  const opened = await openTokenizer(folder).catch((error: unknown) => error)
  if (opened instanceof ComputeError) return opened
  throw new Error(`expected a ComputeError, got ${String(opened)}`)
}

const definition = (): Json => readJson('examples/checkpoints/quiz', 'tokenizer.json')
const model = (changes: Json): Json => ({ model: { ...(definition()['model'] as Json), ...changes } })
const quizWith = (changes: Json): Changes => ({ merge: { 'tokenizer.json': changes } })

describe('a file that is missing', () => {
  test.each([
    ['newsroom', ['spiece.model'], /has no tokenizer: it needs spiece\.model or tokenizer\.json\. Fetch/],
    ['phrasebook', ['source.spm'], /has no tokenizer: it needs source\.spm, target\.spm and vocab\.json/],
    ['phrasebook', ['target.spm'], /lacks target\.spm, which its tokenizer needs\. Fetch/],
    ['phrasebook', ['vocab.json'], /lacks vocab\.json, which its tokenizer needs\. Fetch/],
    ['quiz', ['tokenizer.json'], /has no tokenizer: it needs vocab\.json and merges\.txt, or tokenizer\.json/],
  ])('[TK60] is named: %s without %s', async (name, remove, message) => {
    const fault = await faultOf(name, { remove })
    expect([fault.kind, fault.message]).toEqual(['bad-checkpoint', expect.stringMatching(message)])
  })

  test('[TK61] is told from one that cannot be read', async () => {
    const folder = copyTokenizer('newsroom')
    rmSync(join(folder, 'spiece.model'))
    mkdirSync(join(folder, 'spiece.model'))
    expect((await faultOfFolder(folder)).message).toMatch(/spiece\.model cannot be read: EISDIR/)
    rmSync(join(folder, 'spiece.model'), { recursive: true })
    writeFileSync(join(folder, 'spiece.model'), '')
    truncateSync(join(folder, 'spiece.model'), 2 ** 40)
    expect((await faultOfFolder(folder)).message).toMatch(/it has 1099511627776 bytes, more than 134217728/)
  })
})

describe('a vocab.json', () => {
  test.each([
    [{ a: 1.5 }, /the id of "a" is 1\.5, not a whole number/],
    [{ a: -1 }, /the id of "a" is -1, not a whole number/],
    [{ a: '7' }, /the id of "a" is "7", not a whole number/],
    [{ a: 1e9 }, /the id of "a" is 1000000000, not a whole number/],
    [{ twin: 0 }, /"<\/s>" and "twin" have the same id 0/],
  ])('[TK62] with bad ids is refused: %j', async (merge, message) => {
    const fault = await faultOf('phrasebook', { merge: { 'vocab.json': merge } })
    expect([fault.kind, fault.message]).toEqual(['bad-checkpoint', expect.stringMatching(message)])
  })

  test('[TK63] must be an object that knows the unknown piece', async () => {
    expect((await faultOf('phrasebook', { write: { 'vocab.json': [] } })).message).toMatch(
      /vocab\.json must hold a JSON object/,
    )
    expect((await faultOf('phrasebook', { drop: { 'vocab.json': ['<unk>'] } })).message).toMatch(
      /lacks the unknown piece <unk>/,
    )
  })

  test('[TK64] may hold keys that mean something to JavaScript', async () => {
    const folder = copyTokenizer('phrasebook')
    const text = readFileSync(join(folder, 'vocab.json'), 'utf8')
    writeFileSync(
      join(folder, 'vocab.json'),
      text.replace('{', '{"__proto__": 3000, "constructor": 3001, "toString": 3002, '),
    )
    const tokenizer = await openTokenizer(folder)
    expect([tokenizer.id('__proto__'), tokenizer.token(3001), tokenizer.id('hasOwnProperty')]).toEqual([
      3000,
      'constructor',
      null,
    ])
    expect((await tokenizer.encode('constructor valueOf')).ids).toHaveLength(
      (await tokenizer.encode('constructor valueOf')).tokens.length,
    )
  })
})

describe('a SentencePiece model', () => {
  const write = (fill: (writer: BinaryWriter) => void): Uint8Array => {
    const writer = new BinaryWriter()
    fill(writer)
    return writer.finish()
  }
  const message = (number: number, bytes: Uint8Array): Uint8Array =>
    write((writer) => writer.tag(number, WireType.LengthDelimited).bytes(bytes))
  const whole = (number: number, value: number): Uint8Array =>
    write((writer) => writer.tag(number, WireType.Varint).int32(value))
  const piece = (text: string, type: number, score = 0): Uint8Array =>
    message(
      1,
      write((writer) => writer.tag(1, 2).string(text).tag(2, 5).float(score).tag(3, 0).int32(type)),
    )
  const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
  const unknown = piece('<unk>', 2)
  const valid = Buffer.concat([piece('<pad>', 3), piece('</s>', 3), unknown, piece('a', 1, -1)])

  test.each<[string, Uint8Array[], string, RegExp]>([
    ['empty', [], 'bad-checkpoint', /it has no pieces/],
    ['of random bytes', [bytes(0x99, 0x42, 0x13, 0x37, 0xff)], 'bad-checkpoint', /is no SentencePiece model/],
    ['cut off', [unknown.subarray(0, 6)], 'bad-checkpoint', /premature EOF/],
    ['with an absurd length', [bytes(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f)], 'bad-checkpoint', /premature EOF/],
    ['with a wrong wire type', [whole(1, 5)], 'bad-checkpoint', /field 1 has wire type 0, not 2/],
    ['with a group without end', [bytes(0x6b)], 'bad-checkpoint', /is no SentencePiece model/],
    [
      'with groups in groups',
      [bytes(...Array.from({ length: 5000 }, () => 0x6b))],
      'bad-checkpoint',
      /maximum recursion depth/,
    ],
    [
      'with text that is no UTF-8',
      [message(1, message(1, bytes(0xff, 0xfe)))],
      'bad-checkpoint',
      /not valid for encoding utf-8/,
    ],
    ['with an empty piece', [valid, message(1, bytes())], 'bad-checkpoint', /piece 4 is empty/],
    ['with a piece twice', [valid, piece('a', 4)], 'bad-checkpoint', /piece "a" is there twice/],
    ['with a zero byte in a piece', [valid, piece('a\0', 1)], 'bad-checkpoint', /holds a zero byte/],
    ['with an endless piece', [valid, piece('x'.repeat(8001), 1)], 'bad-checkpoint', /piece 4 has 8001 characters/],
    ['with a score that is no number', [valid, piece('b', 1, NaN)], 'bad-checkpoint', /the score of piece 4 is NaN/],
    ['with a type that does not exist', [piece('a', 9)], 'bad-checkpoint', /there is no type of piece 9/],
    ['without an unknown piece', [piece('a', 1)], 'bad-checkpoint', /it has 0 unknown pieces, not one/],
    [
      'of another type',
      [valid, message(2, whole(3, 2))],
      'unsupported',
      /a SentencePiece model of type bpe is not supported/,
    ],
    ['with byte fallback', [valid, message(2, whole(35, 1))], 'unsupported', /byte_fallback is not supported/],
    [
      'with a denormalizer',
      [valid, message(5, message(2, bytes(1)))],
      'unsupported',
      /a denormalizer is not supported/,
    ],
    [
      'with rules that are none',
      [valid, message(3, message(2, bytes(1, 2, 3)))],
      'bad-checkpoint',
      /precompiled_charsmap\) are corrupt/,
    ],
    [
      'that is not laid out as Pegasus',
      [unknown, piece('a', 1), piece('b', 1)],
      'bad-checkpoint',
      /is not laid out as Pegasus' is/,
    ],
  ])('[TK65] %s is refused', async (_what, parts, kind, pattern) => {
    const folder = copyTokenizer('newsroom')
    writeFileSync(join(folder, 'spiece.model'), Buffer.concat(parts))
    const fault = await faultOfFolder(folder)
    expect([fault.kind, fault.message]).toEqual([kind, expect.stringMatching(pattern)])
    expect(fault.message).toContain('spiece.model')
  })

  test('[TK74] of three pieces, made by hand, is read: the cases above fail for what they say', async () => {
    const folder = copyTokenizer('newsroom')
    writeFileSync(join(folder, 'spiece.model'), valid)
    const tokenizer = await openTokenizer(folder)
    expect(tokenizer.size).toBe(107)
    expect((await tokenizer.encode('a')).tokens).toEqual(['<unk>', 'a', '</s>'])
  })
})

describe('a tokenizer.json', () => {
  test.each<[string, Json, string, RegExp]>([
    [
      'with a regular expression nobody has looked at',
      { pre_tokenizer: { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated' } },
      'unsupported',
      /pre_tokenizer\.pattern\.Regex is "\(a\+\)\+\$", which is not supported/,
    ],
    [
      'with a step we do not know',
      { normalizer: { type: 'BertNormalizer' } },
      'unsupported',
      /normalizer\.type is "BertNormalizer", which is not supported/,
    ],
    [
      'with another kind of model',
      { model: { type: 'WordPiece', vocab: {} } },
      'unsupported',
      /a model of type "WordPiece" is not supported/,
    ],
    [
      'with a template of unknown tokens',
      {
        post_processor: {
          type: 'TemplateProcessing',
          single: [{ SpecialToken: { id: 'x', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
          special_tokens: {},
        },
      },
      'bad-checkpoint',
      /names a special token it does not define/,
    ],
    [
      'with a template of the second text',
      {
        post_processor: {
          type: 'TemplateProcessing',
          single: [{ Sequence: { id: 'B', type_id: 0 } }],
          special_tokens: {},
        },
      },
      'bad-checkpoint',
      /must hold the text \$A once/,
    ],
    [
      'with rules that are none',
      { normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' } },
      'bad-checkpoint',
      /precompiled_charsmap\) are corrupt/,
    ],
    [
      'with a decoder that strips beyond the end',
      { decoder: { type: 'Strip', content: 'ab', start: 1, stop: 1 } },
      'bad-checkpoint',
      /decoder\.content: must be one character/,
    ],
    [
      'with ids twice',
      model({ vocab: { a: 0, b: 0 } }),
      'bad-checkpoint',
      /piece "b": has the id 0, which another piece has too/,
    ],
    ['with an id that is none', model({ vocab: { a: 1.5 } }), 'bad-checkpoint', /piece "a": has the id 1\.5/],
    [
      'with merges of what is not there',
      model({ merges: [['zzzz', 'qqqq']] }),
      'bad-checkpoint',
      /is refused by its library: .*zzzz/,
    ],
    ['with merges of three', model({ merges: ['a b c'] }), 'bad-checkpoint', /model\.merges\.0: must be two pieces/],
    [
      'with an unknown piece that is not there',
      model({ unk_token: 'nope' }),
      'bad-checkpoint',
      /model\.unk_token: "nope" is not in the vocabulary/,
    ],
    [
      'with marks on pieces that follow',
      model({ continuing_subword_prefix: '##' }),
      'bad-checkpoint',
      /continuing_subword_prefix/,
    ],
    ['with dropout', model({ dropout: 0.1 }), 'bad-checkpoint', /model\.dropout/],
  ])('[TK66] %s is refused', async (_what, changes, kind, pattern) => {
    const fault = await faultOf('quiz', quizWith(changes))
    expect([fault.kind, fault.message]).toEqual([kind, expect.stringMatching(pattern)])
    expect(fault.message).toMatch(/^tokenizer\.json/)
  })

  test('[TK67] is never truncated or padded, whatever it asks for', async () => {
    const asks = {
      truncation: { max_length: 2, strategy: 'LongestFirst', stride: 5, direction: 'Right' },
      padding: {
        strategy: { Fixed: 1_000_000_000 },
        direction: 'Right',
        pad_to_multiple_of: 0,
        pad_id: 0,
        pad_type_id: 0,
        pad_token: 'x',
      },
    }
    const tokenizer = await openTokenizer(copyTokenizer('quiz', quizWith(asks)))
    expect((await tokenizer.encode('Hello world')).ids).toEqual([40, 537, 79, 410, 76, 68])
  })

  test('[TK68] that is no JSON, and settings that are none, are named', async () => {
    const folder = copyTokenizer('quiz')
    writeFileSync(join(folder, 'tokenizer.json'), '{"model": ')
    expect((await faultOfFolder(folder)).message).toMatch(/tokenizer\.json is not valid JSON; fetch it again/)
    const fault = await faultOf('quiz', { merge: { 'tokenizer_config.json': { eos_token: 7 } } })
    expect([fault.kind, fault.message]).toEqual([
      'bad-checkpoint',
      expect.stringMatching(/tokenizer_config\.json: eos_token is wrong/),
    ])
  })
})

describe('seeded damage', () => {
  const run = fuzz(40, 4000)
  const texts = ['Hello world', '', ' é½ <mask> </s>\n日本 x', '▁<unk>']

  /** Opens the folder and uses what opens; anything but a user's error fails. */
  async function useAll(folder: string, where: string): Promise<void> {
    const started = performance.now()
    try {
      const tokenizer = await openTokenizer(folder)
      for (const text of texts) {
        const { ids, offsets } = await tokenizer.encode(text)
        expect(offsets).toHaveLength(ids.length)
        tokenizer.describe(ids)
        await tokenizer.encodeTarget(text)
      }
      tokenizer.decode([0, 1, 2, tokenizer.size - 1, tokenizer.size])
    } catch (error) {
      if (!(error instanceof ComputeError)) throw new Error(`${where}: ${String(error)}`, { cause: error })
      expect(['bad-checkpoint', 'unsupported'], `${where}: ${error.message}`).toContain(error.kind)
    }
    // A hang would be minutes; a busy machine may take seconds.
    expect(performance.now() - started, where).toBeLessThan(10_000)
  }

  test.each([
    ['newsroom', 'spiece.model'],
    ['phrasebook', 'source.spm'],
    ['phrasebook', 'target.spm'],
    ['quiz', 'tokenizer.json'],
  ])('[TK69] to the bytes of %s/%s ends in a tokenizer or in one clear error', async (name, file) => {
    const folder = copyTokenizer(name)
    const whole = readFileSync(join(folder, file))
    for (const seed of roundSeeds(run)) {
      writeFileSync(join(folder, file), mutateBytes(whole, makeRandom(seed)))
      await useAll(folder, `${file}, round seed ${seed}; ${describeFuzz(run)}`)
    }
  })

  test.each([
    ['quiz', 'tokenizer.json'],
    ['byte-fallback', 'tokenizer.json'],
    ['phrasebook', 'vocab.json'],
    ['phrasebook', 'tokenizer_config.json'],
  ])('[TK70] to the structure of %s/%s ends in a tokenizer or in one clear error', async (name, file) => {
    const folder = copyTokenizer(name)
    const whole = readJson(folder, file)
    for (const seed of roundSeeds(run)) {
      writeFileSync(join(folder, file), JSON.stringify(mutateJson(whole, makeRandom(seed))))
      await useAll(folder, `${file}, round seed ${seed}; ${describeFuzz(run)}`)
    }
  })
})

describe('a long text', () => {
  const kinds: readonly (readonly [string, (length: number) => string])[] = [
    ['words', (length) => 'The old woman buys a bicycle. '.repeat(length / 30)],
    ['one word', (length) => 'a'.repeat(length)],
    ['spaces', (length) => ' '.repeat(length)],
    ['unknown text', (length) => '日本'.repeat(length / 2)],
    ['combining marks', (length) => 'e\u0301'.repeat(length / 2)],
    ['openings of special tokens', (length) => '<'.repeat(length)],
  ]

  test.each(['newsroom', 'phrasebook', 'quiz'])('[TK71] takes %s time in proportion to its length', async (name) => {
    const tokenizer = await openTokenizer(copyTokenizer(name))
    for (const [kind, make] of kinds) {
      const time = async (text: string): Promise<number> => {
        const started = performance.now()
        await tokenizer.encode(text)
        return performance.now() - started
      }
      await time(make(6000))
      const short = Math.min(await time(make(6000)), await time(make(6000)))
      const long = await time(make(96_000))
      // 16 times as long; a square would be 256. The second term forgives a busy machine.
      expect(long, `${kind}: ${short} ms for 6,000 characters, ${long} ms for 96,000`).toBeLessThan(80 * short + 1000)
    }
  })

  test('[TK72] beyond a million characters is refused', async () => {
    for (const name of ['newsroom', 'quiz']) {
      const tokenizer = await openTokenizer(copyTokenizer(name))
      const refused = expect.objectContaining({
        kind: 'too-long',
        message: 'The text has 1048577 characters, more than 1048576; shorten it',
      }) as Error
      await expect(tokenizer.encode('x'.repeat(2 ** 20 + 1))).rejects.toThrow(refused)
    }
  })

  test('[TK73] and an awkward one are the same, in parts and again: encoding keeps no state', async () => {
    for (const name of ['newsroom', 'phrasebook', 'quiz']) {
      const tokenizer = await openTokenizer(copyTokenizer(name))
      const random = makeRandom(7)
      const texts = Array.from({ length: 20 }, () => makeAwkwardText(random))
      const once = await Promise.all(texts.map((text) => tokenizer.encode(text)))
      for (const [index, text] of texts.entries()) expect(await tokenizer.encode(text)).toEqual(once[index])
    }
  })
})
