/** Conversations beside transformers' `apply_chat_template`, for templates in the shapes that instruct models use. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readChatTemplate } from '#compute/chat/chat-template.ts'
import { encodeConversation } from '#compute/chat/conversation.ts'
import { ComputeError } from '#compute/errors.ts'
import { openTokenizer } from '#compute/tokenize/open.ts'
import type { Tokenizer } from '#compute/tokenize/tokenizer.ts'
import type { ChatMessage } from '#compute/types.ts'

interface Row {
  readonly template: string
  readonly messages: ChatMessage[]
  readonly text?: string
  readonly ids?: number[]
  readonly error?: string
}

const fixture = JSON.parse(readFileSync('tests/fixtures/tokenizers/chat.json', 'utf8')) as {
  settings: object
  templates: Record<string, string>
  rows: Row[]
}
/** When the fixture was written. */
const now = new Date(2026, 2, 5, 9, 7, 1)

function makeFolder(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'coattend-chat-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, value] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value))
  }
  return folder
}

async function openLlama(): Promise<Tokenizer> {
  const folder = makeFolder({ 'config.json': { model_type: 'llama' }, 'tokenizer_config.json': fixture.settings })
  copyFileSync('tests/fixtures/tokenizers/families/llama.model', join(folder, 'tokenizer.model'))
  return openTokenizer(folder)
}

describe.each(Object.keys(fixture.templates))('the template of %s', (name) => {
  test('[CV1] renders and tokenizes as in transformers, or refuses with the same words', async () => {
    const tokenizer = await openLlama()
    const rows = fixture.rows.filter(({ template }) => template === name)
    expect(rows.length).toBe(6)
    for (const { messages, text, ids, error } of rows) {
      const encoded = encodeConversation(tokenizer, fixture.templates[name]!, messages, now)
      if (error !== undefined) await expect(encoded).rejects.toThrow(error)
      else {
        const { text: rendered, tokens } = await encoded
        expect(rendered).toBe(text)
        expect(tokens.ids).toEqual(ids)
      }
    }
  })

  test('[CV2] every token of a message knows it, and no other does', async () => {
    const tokenizer = await openLlama()
    for (const { messages, error } of fixture.rows.filter(({ template }) => template === name)) {
      if (error !== undefined || name === 'Macros and filters') continue
      const read = await encodeConversation(tokenizer, fixture.templates[name]!, messages, now)
      messages.forEach(({ content }, index) => {
        const spans = read.tokens.offsets.filter((_, token) => read.messages[token] === index)
        const covered = read.text.slice(spans[0]?.[0] ?? 0, spans.at(-1)?.[1] ?? 0)
        // A piece may hold the space before the first word.
        expect(covered.trim(), JSON.stringify(read.text)).toBe(content.trim())
      })
      expect(read.messages).toContain(null)
    }
  })
})

describe('offsets of a conversation', () => {
  test('[CV3] refer to the rendered text, and no special token is put around it', async () => {
    const tokenizer = await openLlama()
    const messages = [{ role: 'user', content: 'Hi' }]
    const { text, tokens } = await encodeConversation(tokenizer, fixture.templates['Llama 3']!, messages, now)
    expect(text.startsWith('<s><|start_header_id|>user')).toBe(true)
    expect(tokens.tokens.filter((token) => token === '<s>')).toEqual(['<s>'])
    expect(tokens.offsets[0]).toEqual([0, 3])
    expect(text.slice(...tokens.offsets[1]!)).toBe('<|start_header_id|>')
  })

  test('[CV4] find a message whose text also stands in the template, and one that the template changes', async () => {
    const tokenizer = await openLlama()
    const said = async (template: string, content: string): Promise<string> => {
      const read = await encodeConversation(tokenizer, template, [{ role: 'user', content }], now)
      const spans = read.tokens.offsets.filter((_, token) => read.messages[token] === 0)
      return spans.length === 0 ? '' : `${spans[0]![0]}-${spans.at(-1)![1]}`
    }
    expect(await said("user: {{ messages[0]['content'] }} user", 'user')).toBe('6-10')
    // The first character decides here, so that marks would change the text; the search finds the first place.
    const looking = "{% if messages[0].content[0] == 'u' %}u! {% endif %}{{ messages[0].content }}"
    expect(await said(looking, 'unit')).toBe('3-7')
    expect(await said('nothing of it', 'unit')).toBe('')
  })
})

describe('a chat template', () => {
  const settings = { chat_template: 'from the settings' }

  test('[CV5] comes from its own file before the settings, and from chat_template.json last', () => {
    const own = { 'chat_template.jinja': 'from its file', 'tokenizer_config.json': settings }
    const json = { 'chat_template.json': { chat_template: 'from json' } }
    expect(readChatTemplate(makeFolder({ ...own, ...json }))).toBe('from its file')
    expect(readChatTemplate(makeFolder({ 'tokenizer_config.json': settings, ...json }))).toBe('from the settings')
    expect(readChatTemplate(makeFolder({ 'tokenizer_config.json': {}, ...json }))).toBe('from json')
  })

  const list = ['tool_use', 'default'].map((name) => ({ name, template: `${name}!` }))

  test('[CV6] may be the default of several', () => {
    expect(readChatTemplate(makeFolder({ 'tokenizer_config.json': { chat_template: list } }))).toBe('default!')
    const without = makeFolder({ 'tokenizer_config.json': { chat_template: [list[0], { name: 'rag', template: '' }] } })
    expect(() => readChatTemplate(without)).toThrow('named rag, tool_use but no default; choose one')
    expect(readChatTemplate(without, 'tool_use')).toBe('tool_use!')
    expect(readChatTemplate(makeFolder({ 'tokenizer_config.json': { chat_template: list } }), 'tool_use')).toBe(
      'tool_use!',
    )
  })

  test('[CV8] may be one of several, in files of their own or in the settings, and an unknown name lists them all', () => {
    const folder = makeFolder({
      'chat_template.jinja': 'plain',
      'tokenizer_config.json': { chat_template: [{ name: 'rag', template: 'older' }, ...list] },
      'chat_template.json': { chat_template: { polite: 'please' } },
    })
    mkdirSync(join(folder, 'additional_chat_templates'))
    writeFileSync(join(folder, 'additional_chat_templates/rag.jinja'), 'newer')
    writeFileSync(join(folder, 'additional_chat_templates/notes.txt'), 'none')
    const read = [null, 'default', 'rag', 'tool_use', 'polite'].map((name) => readChatTemplate(folder, name))
    expect(read).toEqual(['plain', 'plain', 'newer', 'tool_use!', 'please'])
    for (const name of ['notes', '../chat_template', 'Rag', '__proto__', '']) {
      expect(() => readChatTemplate(folder, name)).toThrow(
        `no chat template named ${JSON.stringify(name)}; it has default, polite, rag, tool_use`,
      )
    }
    expect(() => readChatTemplate(makeFolder({ 'chat_template.jinja': 'plain' }), 'rag')).toThrow('; it has default')
  })

  test('[CV7] that is missing or wrong is one clear error', () => {
    expect(() => readChatTemplate(makeFolder({}))).toThrow(/has no chat template .* give a plain --text/)
    const wrong = makeFolder({ 'tokenizer_config.json': { chat_template: 7 } })
    expect(() => readChatTemplate(wrong)).toThrow('chat_template must be a text or a list of named texts')
    const long = makeFolder({ 'chat_template.jinja': 'x'.repeat(2 ** 18 + 1) })
    expect(() => readChatTemplate(long)).toThrow(ComputeError)
  })
})
