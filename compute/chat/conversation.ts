/** Conversations with instruct models: rendered by their chat template, tokenized, each token with the message it comes from. */
import { withoutFrame } from '#compute/tokenize/frame.ts'
import type { Tokenizer } from '#compute/tokenize/tokenizer.ts'
import type { ChatMessage, TokenizedConversation } from '#compute/types.ts'
import { renderTemplate } from './render.ts'

/**
 * Reads a conversation as transformers' `apply_chat_template` does, ready for the model's answer. Special tokens are those that the template
 * writes: none is put around them.
 */
export async function encodeConversation(
  tokenizer: Tokenizer,
  template: string,
  messages: readonly ChatMessage[],
  now: Date,
): Promise<TokenizedConversation> {
  const names = Object.entries(tokenizer.specialTokens).map(([role, name]) => [`${role}_token`, name])
  const render = (said: readonly ChatMessage[]): string =>
    renderTemplate(
      template,
      { messages: said, add_generation_prompt: true, tools: null, documents: null, ...Object.fromEntries(names) },
      now,
    )
  const text = render(messages)
  const tokens = withoutFrame(await tokenizer.encode(text))
  const spans = findContents(text, messages, render)
  return { text, tokens, messages: tokens.offsets.map(([start, end]) => messageAt(spans, start, end)) }
}

/** Where the content of a message stands in the rendered text; null where the template leaves it out. */
type Span = readonly [start: number, end: number] | null

/** A token belongs to the message it shares a character with; what the template writes itself belongs to none. */
function messageAt(spans: readonly Span[], start: number, end: number): number | null {
  const found = spans.findIndex((span) => span !== null && start < span[1] && end > span[0])
  return found < 0 ? null : found
}

/** Marks of message i: characters for private use that no template looks for, two for each message. */
const firstMark = 0xf0000
const lastMark = 0xffffd
const mostMessages = (lastMark - firstMark + 1) / 2
const marks = /[\u{f0000}-\u{ffffd}]/gu

/** Contents are marked, and the marks looked up in what a second rendering makes of them; failing that, contents are searched for in order. */
function findContents(
  text: string,
  messages: readonly ChatMessage[],
  render: (said: readonly ChatMessage[]) => string,
): readonly Span[] {
  const isFree = text.search(marks) < 0 && messages.length <= mostMessages
  const marked = isFree ? tryRender(render, messages.map(mark)) : null
  return marked?.replace(marks, '') === text ? readMarks(marked, messages.length) : searchContents(text, messages)
}

function tryRender(render: (said: readonly ChatMessage[]) => string, messages: readonly ChatMessage[]): string | null {
  try {
    return render(messages)
  } catch {
    return null // a template may look at the text of a message: then the search has to do
  }
}

/** Spaces stay outside, because templates trim. */
function mark(message: ChatMessage, index: number): ChatMessage {
  const core = message.content.trim()
  if (core === '') return message
  const start = message.content.indexOf(core)
  const [open, close] = [firstMark + 2 * index, firstMark + 2 * index + 1].map((point) => String.fromCodePoint(point))
  const content = `${message.content.slice(0, start)}${open}${core}${close}${message.content.slice(start + core.length)}`
  return { ...message, content }
}

function readMarks(marked: string, count: number): readonly Span[] {
  const starts = new Map<number, number>()
  const ends = new Map<number, number>()
  let units = 0
  for (const character of marked) {
    const number = character.codePointAt(0)! - firstMark
    if (number >= 0 && number <= lastMark - firstMark) (number % 2 === 0 ? starts : ends).set(number >> 1, units)
    else units += character.length
  }
  return Array.from({ length: count }, (_, index): Span => {
    const [start, end] = [starts.get(index), ends.get(index)]
    return start === undefined || end === undefined ? null : [start, end]
  })
}

function searchContents(text: string, messages: readonly ChatMessage[]): readonly Span[] {
  let at = 0
  return messages.map(({ content }): Span => {
    const core = content.trim()
    const start = core === '' ? -1 : text.indexOf(core, at)
    if (start < 0) return null
    at = start + core.length
    return [start, at]
  })
}
