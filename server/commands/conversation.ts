/** Conversations with instruct models on the command line. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { ChatMessage } from '#compute/types.ts'
import type { Arguments, OptionSpecs } from './arguments.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import { UsageError } from './usage-error.ts'

/** Options that make a text part of a conversation. */
export const chatOptions: OptionSpecs = {
  chat: { value: null, help: 'the text is what a user says: it goes through the chat template' },
  'chat-template': {
    value: 'NAME',
    help: 'which of several chat templates of the model; the one named default where it is left out',
  },
  system: { value: 'TEXT', help: 'with --chat: the system message before it' },
}

/** Options of every command that reads one text: it may be a whole conversation. */
export const conversationOptions: OptionSpecs = {
  conversation: {
    value: 'FILE',
    help: 'or JSON, a list of {role, content}, which the chat template of the model puts together',
  },
  ...chatOptions,
}

const conversation = z
  .array(z.looseObject({ role: z.string().min(1), content: z.string() }))
  .min(1)
  .max(10_000)

/** The template that was named, or null; fails where no conversation is read. */
export function readTemplateName(args: Arguments): string | null {
  const name = args.text('chat-template')
  if (name === undefined || args.has('chat') || args.has('conversation')) return name ?? null
  throw new UsageError('--chat-template belongs to --chat or --conversation')
}

/** Fails before the work on a corpus where its rows cannot be read as conversations. */
export function requireTemplate(args: Arguments, { local, opened }: OpenCheckpoint): void {
  const name = readTemplateName(args)
  if (args.has('chat')) local.readChatTemplate(opened.folder, name)
}

/** The messages of a file. */
export async function readConversation(path: string): Promise<readonly ChatMessage[]> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new UsageError(`${path} cannot be read: ${cause.message}`, { cause })
  })
  const parsed = conversation.safeParse(parseJson(path, text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue === undefined || issue.path.length === 0 ? 'it' : `message ${issue.path.join('.')}`
  throw new UsageError(
    `${path} must be a JSON list of messages such as {"role": "user", "content": "Hello"}: ${place}: ${issue?.message}`,
  )
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UsageError(`${path} is not valid JSON; write a list of {"role": …, "content": …}`, { cause })
  }
}

/** The conversation that a text stands for; null where it is a plain text. */
export function messagesOf(args: Arguments, text: string): readonly ChatMessage[] | null {
  const system = args.text('system')
  if (!args.has('chat')) {
    if (system === undefined) return null
    throw new UsageError('--system belongs to --chat')
  }
  const said = { role: 'user', content: text }
  return system === undefined ? [said] : [{ role: 'system', content: system }, said]
}
