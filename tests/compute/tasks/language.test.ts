/** Languages of translators: in the text, in what is written first, and in a given output. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { generate } from '#compute/generate/generate.ts'
import { inspectCheckpoint } from '#compute/tasks/inspect.ts'
import { encodeOutput, requireTarget, withLanguages } from '#compute/tasks/language.ts'
import { openFolder } from '#compute/tasks/opened.ts'
import type { Opened } from '#compute/tasks/opened.ts'
import { respond } from '#compute/tasks/respond.ts'
import { drain } from '#tests/support/generators.ts'
import { fixture, readJson } from '#tests/support/golden.ts'

type Json = Record<string, unknown>

/** A golden checkpoint of 96 ids with files of a tokenizer beside it, open until the test ends. */
async function open(name: string, files: Readonly<Record<string, unknown>>, changes: Json = {}): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'coattend-language-'))
  cpSync(fixture(`${name}/checkpoint`), folder, { recursive: true })
  for (const [file, value] of Object.entries(files)) {
    if (typeof value === 'string') cpSync(fixture(`tokenizers/families/${value}`), join(folder, file))
    else writeFileSync(join(folder, file), JSON.stringify(value))
  }
  for (const file of ['config.json', 'generation_config.json']) {
    writeFileSync(join(folder, file), JSON.stringify({ ...(readJson(join(folder, file)) as Json), ...changes }))
  }
  const opened = await openFolder(folder, { device: 'cpu', threads: 1, cache: folder })
  onTestFinished(async () => {
    await opened.close()
    rmSync(folder, { recursive: true })
  })
  return opened
}

const letters = Array.from('abcdefghijklmnopqrstuvwxyz')
const special = ['<s>', '<pad>', '</s>', '<unk>']

/** M2M100 with eight languages, whose codes follow the 60 entries of the vocabulary. */
function openM2m(settings: Json = {}, changes: Json = {}): Promise<Opened> {
  const pieces = [...special, '▁', ...letters, ...Array.from({ length: 29 }, (_, index) => `filler${index}`)]
  return open(
    'm2m_100',
    {
      'sentencepiece.bpe.model': 'm2m.model',
      'vocab.json': Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      'tokenizer_config.json': { tokenizer_class: 'M2M100Tokenizer', language_codes: 'wmt21', ...settings },
    },
    changes,
  )
}

const mbartCodes = ['en_XX', 'de_DE', 'ro_RO']

/** mBART-25 with three languages at ids 31 to 33. */
function openMbart(changes: Json = {}): Promise<Opened> {
  const pieces = [...special, '▁', ...letters, ...mbartCodes, '<mask>']
  const vocab = pieces.map((piece, id): [string, number] => [piece, id < 4 ? 0 : -1])
  const model = { type: 'Unigram', unk_id: 3, vocab }
  const tokenizer = {
    'tokenizer.json': { version: '1.0', model },
    'tokenizer_config.json': { tokenizer_class: 'MBartTokenizer', extra_special_tokens: mbartCodes },
  }
  return open('mbart', tokenizer, changes)
}

const write = (opened: Opened, source: readonly number[]): Promise<readonly number[]> =>
  drain(generate(opened.engine, source, { maxNewTokens: 4 }, 'all settings'))

describe('languages that are asked for', () => {
  test('[LG1] put their codes around texts and the target first into the output', async () => {
    const opened = await withLanguages(await openM2m(), { source: 'de', target: 'is' })
    const tokenizer = await opened.tokenizer()
    const [german, icelandic] = [tokenizer.id('__de__'), tokenizer.id('__is__')]
    expect([german, icelandic]).toEqual([60 + 7, 60 + 2])
    const source = await tokenizer.encode('ab')
    expect([source.ids.at(0), source.ids.at(-1)]).toEqual([german, 2])
    expect(source.special).toEqual(source.ids.map((id) => id === german || id === 2))
    expect((await tokenizer.encodeTarget('ab')).ids[0]).toBe(icelandic)
    expect((await write(opened, source.ids))[0]).toBe(icelandic)
  })

  test('[LG2] hold for tasks too, and stand among the tokens of the reply', async () => {
    const opened = await withLanguages(await openM2m(), { target: 'ja' })
    const options = { generation: null, alternatives: 1, states: false }
    const { source, output, steps } = await drain(respond(opened, 'ab', options))
    expect(source.tokens[0]).toBe('__en__')
    expect([output.tokens[0], output.special[0], steps[0]!.token]).toEqual(['__ja__', true, '__ja__'])
  })

  test('[LG3] start the decoder of mBART-25 where its start token is a language, and are forced where it is not', async () => {
    const started = await withLanguages(await openMbart({ decoder_start_token_id: 31 }), { target: 'ro_RO' })
    expect([started.engine.model.special.start, started.engine.checkpoint.generation['forced_bos_token_id']]).toEqual([
      33,
      null,
    ])
    const forced = await withLanguages(await openMbart({ decoder_start_token_id: 2 }), { target: 'ro_RO' })
    expect(forced.engine.model.special.start).toBe(2)
    expect((await write(forced, [4, 5, 2, 31]))[0]).toBe(33)
  })

  test('[LG4] an output that is given is one that the decoder could write', async () => {
    const encode = async (opened: Opened): Promise<readonly number[]> =>
      (await encodeOutput(opened, await opened.tokenizer(), 'ab')).ids
    const m2m = await withLanguages(await openM2m(), { target: 'ja' })
    expect(await encode(m2m)).toEqual([63, 3, 6, 2]) // its pieces know "▁a" as one, which this vocabulary lacks
    const started = await withLanguages(await openMbart({ decoder_start_token_id: 31 }), { target: 'ro_RO' })
    expect(await encode(started)).toEqual([4, 5, 6, 2])
    const forced = await withLanguages(await openMbart({ decoder_start_token_id: 2 }), { target: 'ro_RO' })
    expect(await encode(forced)).toEqual([33, 4, 5, 6, 2])
  })

  test('[LG5] that are not there are an error with a few of the codes', async () => {
    const opened = await openM2m()
    await expect(withLanguages(opened, { target: 'xx' })).rejects.toThrow(
      'There is no target language "xx"; this model knows en, ha, is, ja, cs, ru, zh, de',
    )
    const example = await openFolder('examples/checkpoints/quiz', { device: 'cpu', threads: 1, cache: tmpdir() })
    onTestFinished(example.close)
    await expect(withLanguages(example, { source: 'de' })).rejects.toThrow('This model has no language codes')
  })
})

describe('languages that nobody asks for', () => {
  test('[LG6] come from the settings of the tokenizer', async () => {
    const opened = await withLanguages(await openM2m({ src_lang: 'zh', tgt_lang: 'cs' }), {})
    const source = await (await opened.tokenizer()).encode('ab')
    expect(source.tokens[0]).toBe('__zh__')
    expect((await write(opened, source.ids))[0]).toBe(64)
  })

  test('[LG7] give way to the token that the generation settings force, until one is asked for', async () => {
    const forced = await openM2m({ tgt_lang: 'cs' }, { forced_bos_token_id: 65 })
    expect((await write(await withLanguages(forced, {}), [60, 5, 2]))[0]).toBe(65)
    expect((await write(await withLanguages(forced, { target: 'zh' }), [60, 5, 2]))[0]).toBe(66)
  })

  test('[LG8] must be named where nothing is known of the target', async () => {
    const opened = await withLanguages(await openM2m(), {})
    const missing = /must be told which language to write .*; it knows en, ha, is/
    await expect(requireTarget(opened)).rejects.toThrow(missing)
    await expect((await opened.tokenizer()).encodeTarget('ab')).rejects.toThrow(missing)
    const forced = await withLanguages(await openM2m({}, { forced_bos_token_id: 65 }), {})
    await expect(requireTarget(forced)).resolves.toBeUndefined()
  })

  test('[LG9] are listed by inspect', async () => {
    const { languages } = await inspectCheckpoint(await openM2m({ tgt_lang: 'cs' }))
    expect(languages).toEqual({ codes: ['en', 'ha', 'is', 'ja', 'cs', 'ru', 'zh', 'de'], source: 'en', target: 'cs' })
  })
})

test('[LG10] a given output of a decoder-only model goes on after the prompt, without tokens that are put around a text', async () => {
  const opened = await open('llama', {
    'tokenizer.model': 'llama.model',
    'tokenizer_config.json': { tokenizer_class: 'LlamaTokenizer', add_bos_token: true, add_eos_token: true },
  })
  const tokenizer = await opened.tokenizer()
  const whole = await tokenizer.encodeTarget('the</s>')
  expect([whole.ids.at(0), whole.ids.at(-2), whole.ids.at(-1)]).toEqual([1, 2, 2])
  expect((await encodeOutput(opened, tokenizer, 'the</s>')).ids).toEqual(whole.ids.slice(1, -1))
})
