/** Every family of tokenizers beside transformers 5.23, from each kind of files that it reads. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openTokenizer } from '#compute/tokenize/open.ts'
import type { Tokenizer } from '#compute/tokenize/tokenizer.ts'

interface Row {
  /** Index into the texts. */
  readonly t: number
  readonly ids: number[]
  readonly text: string
  readonly target?: number[]
  readonly written?: string
  /** In code points, start and end of each token in turn. */
  readonly offsets?: number[]
}
interface Case {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly write: Readonly<Record<string, unknown>>
  readonly languages: [source: string, target: string] | null
  readonly unknown: number | null
  readonly rows: Row[]
}

const folder = 'tests/fixtures/tokenizers/families'
const fixture = JSON.parse(readFileSync(`${folder}/cases.json`, 'utf8')) as { texts: string[]; cases: Case[] }

/** A folder with files of the fixture and others written from JSON; gone when the test ends. */
function makeFolder({ files, write }: Pick<Case, 'files' | 'write'>): string {
  const made = mkdtempSync(join(tmpdir(), 'coattend-family-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  for (const [name, source] of Object.entries(files)) copyFileSync(join(folder, source), join(made, name))
  for (const [name, value] of Object.entries(write)) writeFileSync(join(made, name), JSON.stringify(value))
  return made
}

async function open(row: Pick<Case, 'files' | 'write' | 'languages'>): Promise<Tokenizer> {
  const tokenizer = await openTokenizer(makeFolder(row))
  if (row.languages === null) return tokenizer
  return tokenizer.withLanguages({ source: row.languages[0], target: row.languages[1] })
}

describe.each(fixture.cases)('$name', (row) => {
  test('[TK80] has the ids and texts of transformers on both sides', async () => {
    const tokenizer = await open(row)
    expect(tokenizer.unknownId).toBe(row.unknown)
    for (const { t, ids, text, target, written } of row.rows) {
      const read = fixture.texts[t]!
      expect((await tokenizer.encode(read)).ids, JSON.stringify(read)).toEqual(ids)
      expect(tokenizer.decode(ids), JSON.stringify(read)).toBe(text)
      if (target === undefined) continue
      expect((await tokenizer.encodeTarget(read)).ids, JSON.stringify(read)).toEqual(target)
      expect(tokenizer.decode(target), JSON.stringify(read)).toBe(written ?? text)
    }
  })
})

const withOffsets = fixture.cases.filter(({ rows }) => rows.some(({ offsets }) => offsets !== undefined))

test.each(withOffsets)(
  '[TK81] offsets are those of transformers, but a space that is only put before a word has no width: $name',
  async (row) => {
    const tokenizer = await open(row)
    let compared = 0
    for (const { t, offsets } of row.rows) {
      const text = fixture.texts[t]!
      const read = await tokenizer.encode(text)
      if (offsets === undefined) continue
      const pointAt = (unit: number): number => Array.from(text.slice(0, unit)).length
      for (const [index, [start, end]] of read.offsets.entries()) {
        const theirs = offsets.slice(2 * index, 2 * index + 2)
        const isLone = ['▁', 'Ġ'].includes(read.tokens[index]!)
        if (isLone && (end === start || theirs[0] === theirs[1])) continue
        expect([pointAt(start), pointAt(end)], `${JSON.stringify(text)} ${read.tokens[index]}`).toEqual(theirs)
        compared++
      }
    }
    expect(compared).toBeGreaterThan(300)
  },
)

test('[TK82] every family is there, from its own files', () => {
  const names = fixture.cases.map(({ name }) => name)
  for (const family of [
    'Llama',
    'Mistral',
    'T5',
    'mBART',
    'mBART-50',
    'NLLB',
    'M2M100',
    'GPT-2',
    'OPT',
    'BART',
    'Qwen 2',
  ]) {
    const own = fixture.cases.filter(({ name, files }) => name.startsWith(family) && !('tokenizer.json' in files))
    expect(own.length, family).toBeGreaterThan(0)
  }
  expect(names.length).toBeGreaterThan(60)
})

describe('a SentencePiece byte-pair model', () => {
  const m2m = { 'sentencepiece.bpe.model': 'm2m.model', 'vocab.json': 'm2m-vocab.json' }
  const write = { 'config.json': { model_type: 'm2m_100' } }

  test('[TK83] M2M100 offsets cover the text that the pieces spell', async () => {
    const tokenizer = await open({ files: m2m, write, languages: ['en', 'fr'] })
    const text = '  The ﬁt e\u0301 day 😀, the old table is red '
    const { tokens, offsets } = await tokenizer.encode(text)
    const spelled = tokens.map((token, index) => [token, text.slice(...offsets[index]!)] as const)
    expect(spelled.at(0)).toEqual(['__en__', ''])
    expect(spelled.at(-1)).toEqual(['</s>', ''])
    const plain = spelled.filter(([token]) => /^▁?[a-z,]+$/i.test(token))
    expect(plain.length).toBeGreaterThan(5)
    for (const [token, covered] of plain) expect(covered.normalize('NFKC'), token).toContain(token.replace('▁', ''))
    expect(spelled).toContainEqual(['<unk>', '😀'])
  })

  test('[TK84] NLLB keeps its codes after the pieces where the settings do not list them', async () => {
    const files = { 'sentencepiece.bpe.model': 'nllb.model' }
    const settings = {
      'config.json': { model_type: 'm2m_100' },
      'tokenizer_config.json': { tokenizer_class: 'NllbTokenizer' },
    }
    const tokenizer = await open({ files, write: settings, languages: ['ace_Arab', 'zul_Latn'] })
    // Fairseq's order: 4 special tokens and the 697 other pieces, then 202 codes, then the mask.
    expect(tokenizer.id('ace_Arab')).toBe(701)
    expect(tokenizer.id('zul_Latn')).toBe(701 + 201)
    expect(tokenizer.id('<mask>')).toBe(701 + 202)
    expect((await tokenizer.encode('x')).ids[0]).toBe(701)
    expect((await tokenizer.encodeTarget('x')).ids[0]).toBe(902)
  })
})
