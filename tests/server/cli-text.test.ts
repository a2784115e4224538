/** Texts in their language, and as part of a conversation, on the command line. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openCommandLine } from '#tests/support/command-line.ts'
import { example, fixture } from '#tests/support/golden.ts'

const { folder, run, ask } = openCommandLine('cli-text')
const translator = join(folder, 'translator')
const assistant = join(folder, 'assistant')
const conversation = join(folder, 'conversation.json')

const write = (file: string, value: unknown): void => writeFileSync(file, JSON.stringify(value))

/** M2M100 with eight languages at ids 60 to 67, and the quiz model with a chat template. */
beforeAll(() => {
  cpSync(fixture('m2m_100/checkpoint'), translator, { recursive: true })
  cpSync(fixture('tokenizers/families/m2m.model'), join(translator, 'sentencepiece.bpe.model'))
  const pieces = ['<s>', '<pad>', '</s>', '<unk>', '▁', ...Array.from({ length: 55 }, (_, index) => `filler${index}`)]
  write(join(translator, 'vocab.json'), Object.fromEntries(pieces.map((piece, id) => [piece, id])))
  write(join(translator, 'tokenizer_config.json'), { tokenizer_class: 'M2M100Tokenizer', language_codes: 'wmt21' })
  cpSync(example('checkpoints/quiz'), assistant, { recursive: true })
  const template =
    "{% for message in messages %}{% if message.role == 'user' %}{{ message.content }}{% else %}{{ raise_exception('users only') }}{% endif %}{% endfor %}"
  writeFileSync(join(assistant, 'chat_template.jinja'), template)
  mkdirSync(join(assistant, 'additional_chat_templates'))
  writeFileSync(join(assistant, 'additional_chat_templates/brief.jinja'), 'briefly: {{ messages[0].content }}')
  write(conversation, [{ role: 'user', content: 'question: where is Kestrell?' }])
})

describe('languages on the command line', () => {
  const languages = ['--source-language', 'de', '--target-language', 'is']

  it('[CL40] put their codes around the text and the target', async () => {
    const read = await ask('tokenize', translator, '--text', 'x', '--target', 'x', ...languages)
    expect(read['tokens']).toEqual(expect.arrayContaining(['__de__', '</s>']))
    expect(read['target']).toMatchObject({ ids: expect.arrayContaining([62, 2]) as unknown })
    expect((read['ids'] as number[])[0]).toBe(67)
  })

  it('[CL41] begin what is written, and what is explained', async () => {
    const { ids } = await ask('generate', translator, '--text', 'x', ...languages, '--max-new-tokens', '3')
    expect((ids as number[])[0]).toBe(62)
    const words = [
      'attribute',
      translator,
      '--text',
      'x',
      '--target',
      'x',
      ...languages,
      '--method',
      'gradient-x-input',
    ]
    const { targets } = await ask(...words)
    expect((targets as { id: number }[])[0]!.id).toBe(62)
  })

  it.each([
    ['unknown', ['--target-language', 'xx'], /no target language "xx"; this model knows en, ha, is/],
    ['missing', [], /must be told which language to write \(--target-language\)/],
  ])('[CL42] that are %s are one line that lists the codes', async (_, words, message) => {
    const { code, err } = await run('generate', translator, '--text', 'x', ...words)
    expect(code).toBe(2)
    expect(err.trim()).toMatch(message)
    expect(err.trim().split('\n')).toHaveLength(1)
  })

  it('[CL43] are listed by inspect', async () => {
    expect(await ask('inspect', translator)).toMatchObject({
      languages: { codes: ['en', 'ha', 'is', 'ja', 'cs', 'ru', 'zh', 'de'], source: 'en', target: null },
    })
    expect((await run('inspect', translator)).out).toContain('languages     en ha is ja cs ru zh de')
  })
})

describe('conversations on the command line', () => {
  it('[CL44] are read through the chat template, each token with its message', async () => {
    const read = await ask('tokenize', assistant, '--conversation', conversation)
    expect(read['text']).toBe('question: where is Kestrell?')
    expect(read['messages']).toEqual((read['ids'] as number[]).map(() => 0))
  })

  it('[CL45] are written on and explained like the text they make', async () => {
    const plain = await ask('generate', assistant, '--text', 'question: where is Kestrell?', '--max-new-tokens', '4')
    const said = await ask('generate', assistant, '--conversation', conversation, '--max-new-tokens', '4')
    expect(said).toEqual({ ...plain, prompt: 'question: where is Kestrell?' })
    const typed = ['--chat', '--text', 'question: where is Kestrell?']
    const explained = await ask('attribute', assistant, ...typed, '--target', ' yes', '--method', 'gradient-x-input')
    const { messages, source } = explained['tokens'] as { messages: (number | null)[]; source: string[] }
    expect(messages).toHaveLength(source.length)
    expect(messages[0]).toBe(0)
  })

  it('[CL47] are read through the template that is named', async () => {
    const typed = ['--chat', '--text', 'where is Kestrell?']
    const usual = await ask('tokenize', assistant, ...typed)
    const named = await ask('tokenize', assistant, ...typed, '--chat-template', 'brief')
    expect([usual['text'], named['text']]).toEqual(['where is Kestrell?', 'briefly: where is Kestrell?'])
    const file = await ask('tokenize', assistant, '--conversation', conversation, '--chat-template', 'brief')
    expect(file['text']).toBe('briefly: question: where is Kestrell?')
    const typedAs = { plain: ['--text', String(named['text'])], chat: [...typed, '--chat-template', 'brief'] }
    const [plain, chat] = [
      await ask('roles', assistant, ...typedAs.plain),
      await ask('roles', assistant, ...typedAs.chat),
    ]
    expect(chat).toEqual(plain)
    const corpus = join(folder, 'questions.jsonl')
    writeFileSync(corpus, '{"source": "where is Kestrell?"}\n{"source": "who wrote it?"}\n')
    const run = ['--corpus', corpus, '--chat', '--chat-template', 'brief', '--max-new-tokens', '2']
    await ask('generate', assistant, ...run, '--output', join(folder, 'brief'))
    const rows = readFileSync(join(folder, 'brief/rows.jsonl'), 'utf8').trim().split('\n')
    expect(rows.map((row) => (JSON.parse(row) as { prompt: string }).prompt)).toEqual([
      'briefly: where is Kestrell?',
      'briefly: who wrote it?',
    ])
  })

  it.each([
    [
      'a template that is not there',
      ['--chat', '--text', 'x', '--chat-template', 'rag'],
      /no chat template named "rag"; it has brief, default$/,
    ],
    [
      'the same over a corpus, before its first row',
      ['--chat', '--corpus', 'none.jsonl', '--output', join(folder, 'none'), '--chat-template', 'rag'],
      /no chat template named "rag"; it has brief, default$/,
    ],
    [
      'a template alone',
      ['--text', 'x', '--chat-template', 'brief'],
      /--chat-template belongs to --chat or --conversation/,
    ],
    ['a chat of ids', ['--inputs', 'x', '--chat'], /--chat and --system belong to --text/],
    [
      'refused by the template',
      ['--chat', '--system', 'Be brief', '--text', 'x'],
      /refuses this conversation: users only/,
    ],
    ['a system message alone', ['--system', 'Be brief', '--text', 'x'], /--system belongs to --chat/],
    [
      'text and conversation',
      ['--text', 'x', '--conversation', conversation],
      /either --text TEXT or --inputs FILE, or --conversation/,
    ],
    ['a flag too many', ['--chat', '--conversation', conversation], /--chat and --system belong to --text/],
    ['no file', ['--conversation', join(folder, 'none.json')], /cannot be read/],
    ['no messages', ['--conversation', example('checkpoints/quiz/config.json')], /must be a JSON list of messages/],
    ['no JSON', ['--conversation', example('checkpoints/quiz/README.md')], /is not valid JSON/],
  ])('[CL46] %s: one clear line and exit code 2', async (_, words, message) => {
    const { code, err } = await run('generate', assistant, ...words)
    expect(code).toBe(2)
    expect(err.trim()).toMatch(message)
    expect(err.trim().split('\n')).toHaveLength(1)
  })
})
