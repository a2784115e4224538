/** Our reader of SentencePiece models beside SentencePiece itself and beside the tokenizers library. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseModelProto } from '#compute/tokenize/model-proto.ts'
import { openTokenizer } from '#compute/tokenize/open.ts'
import { makeSentencePieceSplitter } from '#compute/tokenize/sentencepiece.ts'
import { makeUnigram } from '#compute/tokenize/unigram.ts'
import { makeAwkwardText } from '#tests/support/awkward-text.ts'
import { makeNativePegasus } from '#tests/support/native-tokenizer.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { describeFuzz, fuzz, roundSeeds } from '#tests/support/seeds.ts'
import { checkpointFolder } from '#tests/support/tokenizers.ts'

interface ModelCase {
  readonly model: string
  readonly rows: { readonly text: string; readonly pieces: string[] }[]
}

const folder = 'tests/fixtures/tokenizers'
const modelCases = JSON.parse(readFileSync(`${folder}/sentencepiece.json`, 'utf8')) as ModelCase[] // our own fixture
const readModel = (path: string): ReturnType<typeof parseModelProto> => parseModelProto(readFileSync(path), path)

describe('a SentencePiece model', () => {
  test.each(modelCases)('[TK30] cuts text as SentencePiece does: $model', ({ model, rows }) => {
    const split = makeSentencePieceSplitter(readModel(`${folder}/${model}`), model)
    expect(rows).toHaveLength(70)
    for (const { text, pieces } of rows) {
      expect(
        split(text).map(({ piece }) => piece),
        JSON.stringify(text),
      ).toEqual(pieces)
    }
  })

  test('[TK31] is read with all that decides: pieces, scores, types, rules', () => {
    const { pieces, trainer, normalizer, denormalizer } = readModel('examples/checkpoints/newsroom/spiece.model')
    expect(pieces).toHaveLength(2225)
    expect(pieces.slice(0, 4).map(({ text, type }) => [text, type])).toEqual([
      ['<pad>', 'control'],
      ['</s>', 'control'],
      ['<unk>', 'unknown'],
      ['.', 'normal'],
    ])
    expect(pieces[3]!.score).toBe(Math.fround(-3.0741775035858154))
    expect(trainer).toEqual({
      modelType: 'unigram',
      byteFallback: false,
      treatWhitespaceAsSuffix: false,
      special: { unk: { id: 2, text: '<unk>' }, bos: { id: -1, text: '<s>' }, eos: { id: 1, text: '</s>' } },
    })
    expect(normalizer.precompiledCharsmap.byteLength).toBeGreaterThan(200_000)
    expect([normalizer.addDummyPrefix, normalizer.removeExtraWhitespaces, normalizer.escapeWhitespaces]).toEqual([
      true,
      true,
      true,
    ])
    expect(denormalizer).toBeNull()
    const plain = readModel(`${folder}/plain.model`)
    expect(plain.pieces.filter(({ type }) => type === 'user-defined').map(({ text }) => text)).toContain('<n>')
    expect(readModel(`${folder}/suffix.model`).trainer.treatWhitespaceAsSuffix).toBe(true)
    expect(readModel(`${folder}/loose.model`).normalizer.addDummyPrefix).toBe(false)
  })

  test('[TK32] for Pegasus gives the ids and texts of the native library for random texts', async () => {
    const path = checkpointFolder('newsroom')
    const ours = await openTokenizer(path)
    const native = makeNativePegasus(readModel(`${path}/spiece.model`))
    const run = fuzz(400, 20_000)
    for (const seed of roundSeeds(run)) {
      const text = makeAwkwardText(makeRandom(seed))
      const { ids } = await ours.encode(text)
      const where = `${JSON.stringify(text)}, round seed ${seed}; ${describeFuzz(run)}`
      expect(ids.slice(0, -1), where).toEqual((await native.encode(text)).getIds())
      expect(ours.decode(ids), where).toBe(await native.decode([...ids], true))
    }
  })
})

describe('the unigram search', () => {
  const pieces = [
    { text: 'a', score: -1 },
    { text: 'b', score: -1 },
    { text: 'ab', score: -2 },
    { text: 'abab', score: -3 },
    { text: '😀', score: -4 },
  ]
  const cut = (engine: 'sentencepiece' | 'tokenizers', text: string): string[] => {
    const segment = makeUnigram({ pieces, unknownScore: -14, engine })
    return segment(text).map(({ start, end, unknown }) =>
      unknown ? `?${text.slice(start, end)}` : text.slice(start, end),
    )
  }

  test.each(['sentencepiece', 'tokenizers'] as const)(
    '[TK33] of %s takes the best sum, the first of equals, and merges what is unknown',
    (engine) => {
      expect(cut(engine, 'abab')).toEqual(['abab'])
      expect(cut(engine, 'aba')).toEqual(['ab', 'a'])
      expect(cut(engine, 'xyab😀é😀')).toEqual(['?xy', 'ab', '😀', '?é', '😀'])
      expect(cut(engine, '')).toEqual([])
    },
  )

  test('[TK34] adds in float32 for SentencePiece, so a difference below its precision does not count', () => {
    const near = [
      { text: 'a', score: -65_536.0078125 },
      { text: 'b', score: 0.001953125 },
      { text: 'ab', score: -65_536.0078125 },
    ]
    const cutNear = (engine: 'sentencepiece' | 'tokenizers'): number =>
      makeUnigram({ pieces: near, unknownScore: -90_000, engine })('ab').length
    expect([cutNear('sentencepiece'), cutNear('tokenizers')]).toEqual([1, 2])
  })

  test('[TK35] starts again from 0 where sums grow large, and finds the same pieces at the end of a long text as in a short one', () => {
    const split = makeSentencePieceSplitter(readModel('examples/checkpoints/phrasebook/source.spm'), 'source.spm')
    const sentence = 'The old woman buys an expensive bicycle'
    const short = split(sentence).map(({ piece }) => piece)
    const long = split(`${'x'.repeat(60_000)} ${sentence}`).map(({ piece }) => piece)
    expect(long.slice(-short.length)).toEqual(short)
  })
})
